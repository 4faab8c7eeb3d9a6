import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { RedisFaults, writesSession } from '../../harness/redis-faults.ts';

const HOUR = 60 * 60_000;

describe('sessions', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterEach(() => vi.useRealTimers());
  afterAll(() => app.close());

  const sessionCookie = (browser: ReturnType<Doorstep['browser']>) =>
    browser.cookies.find('localhost', 'doorstep');
  const idOf = (browser: ReturnType<Doorstep['browser']>) =>
    decodeURIComponent(sessionCookie(browser)?.value ?? '').replace(/^s:(.*)\..*$/, '$1');

  it('S3 ids have at least 128 bits and are never the same', async () => {
    const ids = [];
    for (let round = 0; round < 5; round += 1) ids.push(idOf(await app.signedInBrowser()));
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(Buffer.from(id, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('S4 C24 signing in again gives a new id; the old one is dead, the way back survives', async () => {
    const browser = await app.signedInBrowser();
    const before = { id: idOf(browser), cookie: browser.cookies.header(new URL(app.url)) };
    const callback = await app.upToCallback(browser, '/sign-in?return_to=/account?x=1');
    const page = await browser.get(callback);
    expect(page.url).toBe(`${app.url}/account?x=1`);
    expect(idOf(browser)).not.toBe(before.id);
    const old = await request(app.url).get('/').set({ cookie: before.cookie });
    expect(old.text).toContain('Come on in.');
  });

  it('S4 a planted session id is not taken over', async () => {
    const browser = app.browser();
    const url = new URL(app.url);
    browser.cookies.store(url, ['doorstep=s%3Aplanted.signature; Path=/']);
    await browser.get(await app.upToCallback(browser));
    expect(idOf(browser)).not.toBe('planted');
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
  });

  it('S4 a signed id whose session is gone is not taken over', async () => {
    const browser = await app.signedInBrowser();
    const before = idOf(browser);
    await app.redis.del(`session:${before}`);
    await browser.get(await app.upToCallback(browser));
    expect(idOf(browser)).not.toBe(before);
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
  });

  it('S5 the idle lifetime is the record’s time in Redis, and each page begins it anew', async () => {
    const browser = await app.signedInBrowser();
    const key = `session:${idOf(browser)}`;
    await app.redis.pexpire(key, 60_000);
    await browser.get(app.url);
    const left = await app.redis.pttl(key);
    expect(left).toBeGreaterThan(48 * HOUR - 10_000);
    expect(left).toBeLessThanOrEqual(48 * HOUR);
  });

  it('S6 C24 the absolute lifetime ends a session in use', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const browser = await app.signedInBrowser();
    const begunAt = Date.now();
    const endsAt = begunAt + 336 * HOUR;
    app.logto.setLifetimes({ refreshToken: 1000 * 3600 });
    const cookie = browser.cookies.header(new URL(app.url));
    const homeAt = async (time: number) => {
      vi.setSystemTime(time);
      return (await request(app.url).get('/').set({ cookie })).text;
    };
    // Never idle for long.
    for (let day = 1; day < 14; day += 1) await homeAt(begunAt + day * 24 * HOUR);
    expect(await homeAt(endsAt - 1000)).toContain('Hello');
    expect(await homeAt(endsAt)).toContain('Come on in.');
    expect(await app.redis.pttl(`session:${idOf(browser)}`)).toBe(-2);
  });

  it('S24 S40 the cookie: HttpOnly, SameSite=Lax, absolute lifetime', async () => {
    const browser = await app.signedInBrowser();
    const cookie = sessionCookie(browser);
    expect(cookie).toMatchObject({ name: 'doorstep', path: '/' });
    expect(cookie?.attributes).toMatchObject({ httponly: '', samesite: 'Lax' });
    const life = (cookie?.expiresAt ?? 0) - Date.now();
    expect(life).toBeGreaterThan(336 * HOUR - 10_000);
    expect(life).toBeLessThanOrEqual(400 * 24 * HOUR);
  });

  it('S41 every cookie that is set here has a name of its own', async () => {
    const browser = app.browser();
    const started = await browser.get(`${app.url}/sign-in`, { follow: false });
    const callback = await app.upToCallback(browser);
    const finished = await browser.get(callback, { follow: false });
    const ended = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    const lines = [started, finished, ended].map(({ headers }) => headers.getSetCookie());
    expect(lines.map(({ length }) => length > 0)).toEqual([true, true, true]);
    // Not Logto's (_session, _interaction, _logto), and not express-session's own connect.sid.
    for (const line of lines.flat()) expect(line).toMatch(/^doorstep(-sign-in\.[\w.-]+|-[a-z]+)?=/);
  });

  it('S40 the cookie is set once, at sign-in', async () => {
    const browser = await app.signedInBrowser();
    for (const path of ['/', '/account', '/account']) {
      expect((await browser.get(app.url + path)).headers.getSetCookie()).toEqual([]);
    }
  });

  it('S14 no token reaches the browser', async () => {
    const browser = await app.signedInBrowser();
    const pages = [];
    for (const path of ['/', '/account', '/sign-out'])
      pages.push(await browser.get(app.url + path));
    const seen = [
      ...pages.map(({ body }) => body),
      ...browser.cookies.all('localhost').map(({ value }) => value),
      ...browser.history.map(({ url }) => url),
    ].join('\n');
    expect(seen).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/);
    const tokens = await app.tokensOf(idOf(browser));
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    for (const token of tokens) expect(seen).not.toContain(token);
  });

  it('S35 nothing in Redis can be read without the secret', async () => {
    const id = idOf(await app.signedInBrowser());
    const keys = await app.stored.keys('*');
    expect(keys).toEqual(expect.arrayContaining([`session:${id}`, `session-tokens:${id}`]));
    for (const key of keys) {
      const bytes = await app.stored.dumpBuffer(key);
      if (key.endsWith(id)) expect(bytes?.length).toBeGreaterThan(100);
      for (const word of ['Ada Lovelace', 'eyJhbGci', 'ada@example.org', app.logto.issuer])
        expect([key, bytes?.includes(word)]).toEqual([key, false]);
    }
  });

  it('S19 the user is issuer and sub: the same e-mail elsewhere is somebody else', async () => {
    const ada = await app.signedInBrowser();
    await app.signedInBrowser({ as: 'twin', via: 'username' });
    const { sub: twinSub } = app.logto.users.findByUsername('twin') ?? { sub: '' };
    app.logto.users.update(twinSub, { email: 'ada@example.org' });
    const twin = await app.signedInBrowser({ as: 'twin', via: 'username' });
    const subOf = async (browser: typeof ada) => {
      const { body } = await browser.get(`${app.url}/account`);
      expect(body).toContain('ada@example.org');
      return body.match(/<code>sub<\/code>[\s\S]*?<td><code>(\w+)/)?.[1];
    };
    expect(await subOf(twin)).toBe(twinSub);
    expect(await subOf(ada)).not.toBe(twinSub);
  });
});

describe('sessions on a slow Redis', () => {
  let app: Doorstep;
  beforeAll(async () => {
    const faults = new RedisFaults();
    faults.delay(writesSession, 300);
    app = await startDoorstep({ wrapRedis: faults.wrap });
  });
  afterAll(() => app.close());

  it('C1 the page after the callback is signed in, 100 times out of 100', async () => {
    const walk = async () => {
      const browser = app.browser();
      return (await browser.get(await app.upToCallback(browser))).body;
    };
    for (let round = 0; round < 10; round += 1) {
      const pages = await Promise.all(Array.from({ length: 10 }, walk));
      for (const page of pages) expect(page).toContain('Hello, Ada Lovelace');
    }
  });
});

describe('sessions under https', () => {
  let app: Doorstep;
  const proxied = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'app.test',
    host: 'app.test',
  };
  beforeAll(async () => {
    app = await startDoorstep({
      environment: { BASE_URL: 'https://app.test', TRUST_PROXY: 'loopback' },
    });
  });
  afterAll(() => app.close());

  it('S23 cookies are Secure and __Host-, set and cleared alike', async () => {
    const started = await request(app.url).get('/sign-in').set(proxied).expect(303);
    expect(started.headers['set-cookie']?.[0]).toMatch(
      /^__Host-doorstep-sign-in\.\S+; Max-Age=3600; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
    const ended = await request(app.url)
      .post('/sign-out')
      .set({ ...proxied, 'sec-fetch-site': 'same-origin' });
    expect(ended.headers['set-cookie']?.[0]).toMatch(
      /^__Host-doorstep=; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('S25 HSTS for at least a year', async () => {
    const answer = await request(app.url).get('/').set(proxied);
    const age = answer.headers['strict-transport-security']?.match(/max-age=(\d+)/)?.[1];
    expect(Number(age)).toBeGreaterThanOrEqual(365 * 24 * 3600);
  });

  it('C23 a request in the clear is a page that names the header, never a cookie silently unset', async () => {
    const answer = await request(app.url).get('/sign-in').set('accept', 'text/html').expect(400);
    expect(answer.text).toContain('X-Forwarded-Proto');
    expect(answer.text).toContain('TRUST_PROXY');
  });

  it('S34 C23 forwarded headers of anybody but the named proxy don’t count', async () => {
    const other = await startDoorstep({
      environment: { BASE_URL: 'https://app.test', TRUST_PROXY: '10.0.0.1' },
    });
    await request(other.url).get('/').set(proxied).expect(400);
    await other.close();
  });
});

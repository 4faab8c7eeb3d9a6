import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { Loot } from '../harness/loot.ts';
import { idIn, type People, peopleAt } from '../harness/people.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { SIGN_IN_FAILURES } from '../harness/sign-in-failures.ts';

const MINUTE = 60_000;

describe('S29 logs', () => {
  const loot = new Loot();
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    vi.stubGlobal('fetch', loot.fetch);
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(async () => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await app.close();
  });

  const signIn = async (changes: Record<string, string> = {}) => {
    const browser = app.browser();
    const url = new URL(await app.upToCallback(browser));
    loot.takeAddress(url.href);
    loot.takeCookies(browser);
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    loot.takeAddress(url.href);
    await browser.get(url.href);
    loot.takeCookies(browser);
    return browser;
  };
  /** What was logged meanwhile, each as "event reason". */
  const logged = async (act: () => Promise<unknown>) => {
    const before = app.logs.length;
    await act();
    const lines = app.logs.slice(before);
    for (const line of lines)
      if (!line.event?.startsWith('redis.'))
        expect([line.event, line.requestId]).toEqual([
          line.event,
          expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
        ]);
    return lines.map(({ event, reason, kind, why }) =>
      [event, reason ?? kind ?? why].filter(Boolean).join(' '),
    );
  };
  const afterwards = (minutes: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE });

  it('a sign-in: started and succeeded', async () => {
    expect(await logged(() => signIn())).toEqual(['sign_in.started', 'sign_in.succeeded']);
  });

  it.each(SIGN_IN_FAILURES)('a sign-in that fails: %s', async (reason, changes) => {
    expect(await logged(() => signIn(changes))).toEqual([
      'sign_in.started',
      `sign_in.failed ${reason}`,
    ]);
  });

  it('no line for an ordinary page, a visitor’s, a 404 or a redirect', async () => {
    const browser = await signIn();
    const pages = ['/', '/account', '/sessions', '/sign-out', '/nope', '/healthz', '/readyz'];
    expect(
      await logged(async () => {
        for (const path of pages) await browser.get(app.url + path);
        for (const path of pages) await app.browser().get(app.url + path, { follow: false });
      }),
    ).toEqual([]);
  });

  it('a refresh, one that fails, and one that ends the session', async () => {
    const browser = await signIn();
    afterwards(11);
    expect(await logged(() => browser.get(app.url))).toEqual(['refresh.succeeded']);
    afterwards(11);
    app.logto.failNext('token', { status: 500 });
    expect(await logged(() => browser.get(app.url))).toEqual(['refresh.failed logto_unavailable']);
    const { sub } = app.logto.users.findByUsername('ada-l') ?? {
      sub: await people.claim(browser, 'sub'),
    };
    app.logto.suspend(sub);
    afterwards(11);
    expect(await logged(() => browser.get(app.url))).toEqual(['session.ended invalid_grant']);
    app.logto.users.update(sub, { isSuspended: false });
  });

  it('each kind of leaving', async () => {
    const leave = async () => people.click(await signIn(), '/sign-out');
    expect(await logged(leave)).toEqual(['sign_in.started', 'sign_in.succeeded', 'sign_out here']);
    const browser = await signIn();
    await app.logto.down();
    const leaving = await logged(() => people.click(browser, '/sign-out'));
    expect(leaving).toEqual(['sign_out here', 'sign_out.logto_unreachable']);
    await app.logto.up();
  });

  it('sessions ended by their user', async () => {
    const [laptop, phone] = [await signIn(), await signIn()];
    const list = (await laptop.get(`${app.url}/sessions`)).body;
    const action = /action="(\/sessions\/[\w-]+\/end)"/.exec(list)?.[1] ?? '';
    expect(await logged(() => people.click(laptop, action))).toEqual(['session.ended by_its_user']);
    expect(await logged(() => people.click(laptop, '/sessions/end-others'))).toEqual([
      'session.ended by_its_user',
    ]);
    expect(await people.isIn(phone)).toBe(false);
  });

  it('back-channel logout, carried out, repeated and refused', async () => {
    const sub = await people.claim(await signIn(), 'sub');
    const token = await app.logto.mintLogoutToken({ claims: { sub } });
    const send = (value: string) =>
      fetch(`${app.url}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: value }),
      });
    expect(await logged(() => send(token))).toEqual(['sign_out backchannel']);
    expect(await logged(() => send(token))).toEqual([]);
    const bad = await app.logto.mintLogoutToken({ claims: { sub, nonce: 'n' } });
    expect(await logged(() => send(bad))).toEqual(['backchannel_logout.refused']);
    expect(await logged(() => send(`${token.slice(0, -4)}AAAA`))).toEqual([
      'backchannel_logout.refused',
    ]);
  });

  it('requests that are refused', async () => {
    const browser = await signIn();
    const cookie = browser.cookies.header(new URL(app.url));
    const post = () => request(app.url).post('/sign-out').set({ cookie });
    expect(await logged(async () => await post())).toEqual(['request.failed cross_site_request']);
    const link = () => browser.get(`${app.url}/sign-in?prompt=x&code=secret-in-a-query`);
    expect(await logged(link)).toEqual(['request.failed bad_input']);
    expect(JSON.stringify(app.logs)).not.toContain('secret-in-a-query');
  });

  it('an answer of Logto that is no JSON is not quoted, not even in part', async () => {
    const secret = 'opaque-access-token-1234567890';
    for (const body of [`access_token=${secret}`, `{"access_token":"${secret}" oops}`]) {
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      app.logto.failNext('token', { status: 200, body });
      await browser.get(callback);
      const line = JSON.stringify(app.logs.at(-1));
      expect(line).toContain('logto_unavailable');
      for (let at = 0; at + 8 <= secret.length; at += 1)
        expect(line).not.toContain(secret.slice(at, at + 8));
    }
  });

  it('no line holds anything that was issued here', async () => {
    const lines = app.logs.map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(40);
    expect(loot.all.length).toBeGreaterThan(100);
    for (const secret of loot.all)
      expect(
        lines.filter((line) => line.includes(secret)),
        secret,
      ).toEqual([]);
    expect(lines.join('\n')).not.toMatch(/eyJ[\w-]{10,}/);
  });
});

describe.skipIf(!hasRedisServer)('S29 logs when Redis misbehaves', () => {
  let app: Doorstep;
  afterEach(() => app.close());

  const leaks = (browser: Browser) => {
    const cookie = browser.cookies.find('localhost', 'doorstep')?.value ?? '';
    const text = JSON.stringify(app.logs);
    return { id: text.includes(idIn(cookie)), cookie: text.includes(cookie) };
  };

  it('an outage: one line when it begins, one when it ends, one for each page that failed', async () => {
    app = await startDoorstep();
    const browser = await app.signedInBrowser();
    app.logs.length = 0;
    app.redisServer?.signal('SIGKILL');
    await eventually(() => expect(app.logs.some(({ event }) => event === 'redis.down')).toBe(true));
    await browser.get(app.url);
    await app.redisServer?.restart();
    await eventually(() => expect(app.logs.some(({ event }) => event === 'redis.back')).toBe(true));
    expect(app.logs.map(({ event, reason }) => [event, reason].filter(Boolean).join(' '))).toEqual([
      'redis.down',
      'request.failed session_store_unavailable',
      'redis.back',
    ]);
    expect(leaks(browser)).toEqual({ id: false, cookie: false });
  });

  it('a command that Redis refuses is not repeated in the log with its arguments', async () => {
    // As a Redis before 6.2: it doesn't know GETEX, and says so with everything it was sent.
    app = await startDoorstep({ redisSettings: ['--rename-command', 'GETEX', ''] });
    const browser = await app.signedInBrowser();
    await browser.get(app.url);
    expect(app.logs.some(({ reason }) => reason === 'session_store_unavailable')).toBe(true);
    expect(leaks(browser)).toEqual({ id: false, cookie: false });
  });
});

import { createHash, generateKeyPairSync } from 'node:crypto';
import { get } from 'node:http';
import { SignJWT } from 'jose';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CLIENT, type Doorstep, startDoorstep } from '../../harness/doorstep.ts';

/** node:http sends a path with `#` in it; fetch and supertest would cut it off. */
const sendAsIs = (url: string, path: string, cookie: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path, headers: { cookie }, agent: false }, (res) => {
      res.resume();
      resolve(res.statusCode);
    }).on('error', reject);
  });

describe('the callback', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
    app.logto.announceIssuer(null);
  });
  afterAll(() => app.close());

  const changed = (callback: string, changes: Record<string, string | null>) => {
    const url = new URL(callback);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return url.href;
  };

  it('C7 S32 a replayed callback sends a signed-in person home', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    await browser.get(callback);
    const again = await browser.get(callback);
    expect(again.url).toBe(`${app.url}/`);
    expect(again.body).toContain('Hello, Ada Lovelace');
  });

  it('C7 S32 anyone else gets a 400 page with "Start again", and Logto isn’t asked', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const cookie = browser.cookies.header(new URL(app.url)) ?? '';
    await browser.get(callback);
    app.logto.resetCalls();
    // The sealed cookie is kept on purpose: it alone must not make the state good again.
    const { pathname, search } = new URL(callback);
    const replay = await request(app.url)
      .get(pathname + search)
      .set({ cookie, accept: 'text/html' });
    expect(replay.status).toBe(400);
    expect(replay.text).toContain('Start again');
    expect(replay.headers['set-cookie']).toBeUndefined();
    expect(app.logto.calls.token).toBe(0);
  });

  it('S32 the state is dead after a failed callback too', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const cookie = browser.cookies.header(new URL(app.url)) ?? '';
    expect((await browser.get(changed(callback, { code: 'wrong' }))).status).toBe(400);
    const { pathname, search } = new URL(callback);
    await request(app.url)
      .get(pathname + search)
      .set({ cookie })
      .expect(400);
  });

  it('C9 the error page and the log say what happened, with one request id', async () => {
    const page = await app
      .browser()
      .get(`${app.url}/callback?state=a&code=b&iss=${app.logto.issuer}`);
    expect(page.status).toBe(400);
    expect(page.body).toContain('We couldn’t finish signing you in');
    expect(page.body).toContain('started too long ago, or in another browser');
    expect(page.body).toContain('sign_in_not_found');
    const requestId = page.body.match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)?.[0];
    const line = app.logs.find((entry) => entry.requestId === requestId);
    expect(line).toMatchObject({ event: 'sign_in.failed', reason: 'sign_in_not_found' });
  });

  it('C9 a sign-in lasts an hour and no longer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const browser = app.browser();
    await browser.get(`${app.url}/sign-in`, { follow: false });
    const state = new URL(browser.page?.headers.get('location') ?? '').searchParams.get('state');
    const cookie = browser.cookies.header(new URL(app.url)) ?? '';
    vi.setSystemTime(Date.now() + 60 * 60_000);
    const answer = await request(app.url)
      .get(`/callback?state=${state}&code=x&iss=${app.logto.issuer}`)
      .set({ cookie, accept: 'text/html' });
    expect(answer.text).toContain('sign_in_not_found');
  });

  it.each([
    ['access_denied', 'denied'],
    ['login_required', 'denied'],
    ['invalid_target', 'refused_by_logto'],
    ['<script>', 'refused_by_logto'],
  ])('C14 %s gives a friendly page and keeps the way back', async (error, reason) => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/sign-in?return_to=/account?x=1');
    const page = await browser.get(changed(callback, { code: null, error }));
    expect(page.status).toBe(400);
    expect(page.body).toContain(reason);
    expect(page.body).not.toContain('<script>');
    expect(page.body).toContain('return_to=%2Faccount%3Fx%3D1');
  });

  it.each([
    ['missing', null],
    ['another', 'http://localhost:1/oidc'],
    ['almost the same', 'http://localhost:3001/oidc/'],
  ])('S20 iss %s: refused, nothing spent', async (_what, iss) => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const page = await browser.get(changed(callback, { iss }));
    expect(page.status).toBe(400);
    expect(page.body).toContain('issuer_mismatch');
    expect((await browser.get(callback)).url).toBe(`${app.url}/`);
  });

  it('S20 discovery that names another issuer is refused, and healed by itself', async () => {
    const other = await startDoorstep();
    other.logto.announceIssuer('https://evil.example/oidc');
    const page = await other.browser().get(`${other.url}/sign-in`);
    expect(page.status).toBe(503);
    expect(page.body).toContain('logto_wrong_issuer');
    other.logto.announceIssuer(null);
    // A failure is remembered for a second.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    onTestFinished(() => void vi.useRealTimers());
    expect((await other.browser().get(`${other.url}/sign-in`, { follow: false })).status).toBe(303);
    await other.close();
  });

  it.each(['&error=#', '&error=', '#&error=x'])(
    'C14 an odd ending (%s) is no 500',
    async (ending) => {
      const browser = app.browser();
      const callback = new URL(await app.upToCallback(browser));
      const cookie = browser.cookies.header(new URL(app.url)) ?? '';
      const answer = await sendAsIs(
        app.url,
        `${callback.pathname}${callback.search}${ending}`,
        cookie,
      );
      expect([303, 400]).toContain(answer);
    },
  );

  it.each(['state', 'code', 'iss', 'error'])('a doubled %s is refused', async (name) => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const page = await browser.get(`${callback}&${name}=a&${name}=b`);
    expect(page.status).toBe(400);
    expect(page.body).toContain('callback_malformed');
  });

  describe('S22 the ID token must be Logto’s own', () => {
    const claims = (issuer: string) => ({ iss: issuer, sub: 'mallory', aud: CLIENT.id });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], kid: string, issuer: string) =>
      new SignJWT(claims(issuer))
        .setProtectedHeader({ alg, kid })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(key);
    const callbackWith = async (idToken: string) => {
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      const body = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, id_token: idToken };
      app.logto.failNext('token', { status: 200, body });
      const page = await browser.get(callback);
      expect(page.status).toBe(400);
      expect(page.body).toContain('id_token_invalid');
      expect((await browser.get(app.url)).body).toContain('Come on in.');
    };
    const kid = async () => {
      const answer = await fetch(`${app.logto.issuer}/jwks`);
      const { keys }: { keys: { kid: string }[] } = JSON.parse(await answer.text());
      return { kid: keys[0]?.kid ?? '', jwk: JSON.stringify(keys[0]) };
    };

    it('S22 signed with another key', async () => {
      await callbackWith(await sign('ES384', ec, (await kid()).kid, app.logto.issuer));
    });
    it('S22 HS256 with the public key as the secret', async () => {
      const { kid: id, jwk } = await kid();
      await callbackWith(await sign('HS256', Buffer.from(jwk), id, app.logto.issuer));
    });
    it('S22 alg none', async () => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const times = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60 };
      await callbackWith(
        `${part({ alg: 'none' })}.${part({ ...claims(app.logto.issuer), ...times })}.`,
      );
    });
  });

  it('S32 the callback page brings nothing from third parties', async () => {
    const page = await app
      .browser()
      .get(`${app.url}/callback?state=a&code=b&iss=${app.logto.issuer}`);
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.body).not.toMatch(/(src|href|action)="https?:/);
  });

  it('the used state is kept as a digest only', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    await browser.get(callback);
    const state = new URL(callback).searchParams.get('state') ?? '';
    const key = `used-state:${createHash('sha256').update(state).digest('base64url')}`;
    expect(await app.redis.get(key)).toBe('1');
    expect(await app.redis.pttl(key)).toBeGreaterThan(3_590_000);
  });
});

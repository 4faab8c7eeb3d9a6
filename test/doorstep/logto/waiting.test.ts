import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { API, type Doorstep, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { peopleAt, reasonOn } from '../../harness/people.ts';

const MINUTE = 60_000;

describe('waiting for Logto', () => {
  let app: Doorstep;
  /** Long, so that a busy machine is in time. */
  const start = async (timeoutSeconds = '30') => {
    app = await startDoorstep({
      environment: { ...WHOLE_SITE, LOGTO_TIMEOUT_SECONDS: timeoutSeconds },
    });
  };
  /** For what waits for the time limit. */
  const startImpatient = async () => {
    await app.close();
    await start('2');
  };
  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const signIn = () => app.browser().get(`${app.url}/sign-in`, { follow: false });
  const books = (token: string) =>
    request(app.url).get('/api/books').auth(token, { type: 'bearer' });
  const accessToken = () => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: app.logto.issuer, aud: API, sub: 'x', iat, exp: iat + 3600 };
    return app.logto.mint({ ...claims, scope: 'read:books' }, { typ: 'at+jwt' });
  };
  beforeEach(() => start());
  afterEach(async () => {
    vi.useRealTimers();
    app.logto.heal();
    await app.close();
  });

  it('S47 Logto hangs: one attempt for all who wait, and one more only after a second', async () => {
    await startImpatient();
    // From here on it stands still.
    later(0);
    app.logto.failNext('discovery', 'hang', 9);
    const pages = await Promise.all(Array.from({ length: 6 }, signIn));
    expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 503));
    expect(app.logto.calls.discovery).toBe(1);
    app.logto.heal();
    expect((await signIn()).status).toBe(503);
    later(1000);
    expect((await signIn()).status).toBe(303);
    expect(app.logto.calls.discovery).toBe(2);
  });

  it('S47 the same once what was known is ten minutes old', async () => {
    await startImpatient();
    expect((await signIn()).status).toBe(303);
    later(10 * MINUTE);
    app.logto.failNext('discovery', 'hang', 9);
    const pages = await Promise.all(Array.from({ length: 6 }, signIn));
    expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 503));
    expect(app.logto.calls.discovery).toBe(2);
  });

  it('S47 the key set hangs: one attempt for all who wait', async () => {
    await startImpatient();
    await signIn();
    const token = await accessToken();
    app.logto.failNext('jwks', 'hang', 9);
    const answers = await Promise.all(Array.from({ length: 6 }, () => books(token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
    expect(app.logto.calls.jwks).toBe(1);
    app.logto.heal();
    later(1000);
    expect((await books(token)).status).toBe(200);
  });

  it('S47 who comes later waits for the same attempt, and ends with it', async () => {
    await startImpatient();
    app.logto.failNext('discovery', 'hang', 9);
    const first = signIn();
    await eventually(() => expect(app.logto.calls.discovery).toBe(1));
    const [early, late] = await Promise.all([first, signIn()]);
    expect([early.status, late.status, app.logto.calls.discovery]).toEqual([503, 503, 1]);
  });

  it('S47 signing out does not wait for those who wait longer', async () => {
    const browser = await app.signedInBrowser();
    await browser.get(app.url);
    later(11 * MINUTE);
    const release = app.logto.holdNext('discovery');
    let isAnswered = false;
    const token = await accessToken();
    const waiting = books(token).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await eventually(() => expect(app.logto.calls.discovery).toBe(2));
    const page = await browser.post(`${app.url}/sign-out`, {});
    expect(page.body).toContain('You are signed out here. Logto could not be reached');
    expect(isAnswered).toBe(false);
    release();
    expect((await waiting).status).toBe(200);
    expect(app.logto.calls.discovery).toBe(2);
  });

  it('S47 rubbish as a bearer or logout token asks Logto nothing', async () => {
    await app.logto.down();
    for (const token of ['x', 'x.y.z', await app.logto.mint({ sub: 'x' })]) {
      expect((await books(token)).status).toBe(401);
      const logout = request(app.url).post('/backchannel-logout').type('form');
      await logout.send({ logout_token: token }).expect(400);
    }
  });

  it('C42 an unknown key id of a bearer or logout token fetches nothing within ten seconds', async () => {
    expect((await books(await accessToken())).status).toBe(200);
    await app.logto.rotateKeys('ES384', { keepOld: false });
    const token = await accessToken();
    expect((await books(token)).status).toBe(401);
    const logoutToken = await app.logto.mintLogoutToken({ claims: { sub: 'x' } });
    const logout = () =>
      request(app.url).post('/backchannel-logout').type('form').send({ logout_token: logoutToken });
    await logout().expect(400);
    expect(app.logto.calls.jwks).toBe(1);
    later(10_000);
    expect((await books(token)).status).toBe(200);
    expect(app.logto.calls.jwks).toBe(2);
    await logout().expect(200);
  });

  it('C42 keys rotated while several sign in: one fetch for all', async () => {
    await app.signedInBrowser();
    const browsers = Array.from({ length: 4 }, () => app.browser());
    const callbacks = await Promise.all(browsers.map((browser) => app.upToCallback(browser)));
    await app.logto.rotateKeys('ES256', { keepOld: false });
    const release = app.logto.holdNext('jwks');
    const pages = browsers.map((browser, index) => browser.get(callbacks[index] ?? ''));
    await eventually(() => expect(app.logto.tokenCalls.authorization_code).toBe(5));
    release();
    expect((await Promise.all(pages)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(app.logto.calls.jwks).toBe(2);
  });

  it('C40 a 429 is an outage of theirs: 503 with their Retry-After, and nobody is signed out', async () => {
    const limited = { status: 429, body: 'slow down', headers: { 'retry-after': '17' } };
    app.logto.failNext('discovery', limited);
    const page = await signIn();
    expect([page.status, reasonOn(page)]).toEqual([503, 'logto_unavailable']);
    expect(page.headers.get('retry-after')).toBe('17');
    later(1000);

    const browser = await app.signedInBrowser();
    const old = app.browser();
    const callback = await app.upToCallback(old);
    app.logto.failNext('token', limited);
    const finished = await old.get(callback);
    expect([finished.status, finished.headers.get('retry-after')]).toEqual([503, '17']);

    vi.setSystemTime(Date.now() + 70 * MINUTE);
    app.logto.failNext('token', limited, 9);
    const shelf = await browser.get(`${app.url}/books`);
    expect([shelf.status, shelf.headers.get('retry-after')]).toEqual([503, '17']);
    expect((await browser.get(`${app.url}/organizations`)).status).toBe(200);
    app.logto.heal();
    expect(await peopleAt(app).isIn(browser)).toBe(true);
  });

  it.each([
    ['a date', () => new Date(Date.now() + 30_000).toUTCString(), /^(29|30)$/],
    ['a date gone by', () => 'Wed, 21 Oct 2015 07:28:00 GMT', /^0$/],
    ['years', () => '99999999999', /^86400$/],
  ])('C40 Retry-After as %s', async (_what, header, expected) => {
    app.logto.failNext('discovery', { status: 503, headers: { 'retry-after': header() } });
    expect((await signIn()).headers.get('retry-after')).toMatch(expected);
  });

  it.each([408, 425])('C40 a %i is no answer either, and nobody’s fault here', async (status) => {
    app.logto.failNext('discovery', { status, headers: { 'retry-after': '17' } });
    const page = await signIn();
    expect([page.status, reasonOn(page)]).toEqual([503, 'logto_unavailable']);
    expect(page.headers.get('retry-after')).toBe('17');
  });

  it.each(['soon', '-1', '1.5e9x'])('C40 Retry-After %s is left out', async (header) => {
    app.logto.failNext('discovery', { status: 429, headers: { 'retry-after': header } });
    const page = await signIn();
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, null]);
  });

  it('C43 an expired secret is the operator’s fault, at each endpoint, and ends nothing', async () => {
    app.logto.expireSecret();
    const page = await signIn();
    expect([page.status, reasonOn(page)]).toEqual([502, 'logto_refused']);
    const line = app.logs.find(({ reason }) => reason === 'logto_refused');
    expect(JSON.stringify(line)).toContain('400 invalid_request (client secret has expired)');
    app.logto.expireSecret(false);
    later(1000);

    const browser = await app.signedInBrowser();
    const other = app.browser();
    const callback = await app.upToCallback(other);
    app.logto.expireSecret();
    const finished = await other.get(callback);
    expect([finished.status, reasonOn(finished)]).toEqual([502, 'logto_refused']);
    vi.setSystemTime(Date.now() + 9 * MINUTE);
    expect(await peopleAt(app).isIn(browser)).toBe(true);
    // The browser still ends Logto's own session; what could not be revoked is in the log.
    const out = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    expect(out.headers.get('location')).toContain('/oidc/session/end');
    expect(app.logs.some(({ event }) => event === 'revocation.failed')).toBe(true);
  });
});

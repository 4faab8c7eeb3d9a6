import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { peopleAt } from '../../harness/people.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';

describe('signing out', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(() => app.close());

  const cookieOf = (browser: ReturnType<Doorstep['browser']>) =>
    browser.cookies.header(new URL(app.url));
  const postSignOut = (cookie: string, headers: Record<string, string>) =>
    request(app.url)
      .post('/sign-out')
      .set({ cookie, ...headers });

  it('S7 deletes the session and its tokens, and revokes the refresh token', async () => {
    const browser = await app.signedInBrowser();
    const cookie = cookieOf(browser);
    app.logto.resetCalls();
    const answer = await postSignOut(cookie, { 'sec-fetch-site': 'same-origin' }).expect(303);
    expect(app.logto.calls.revocation).toBe(1);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^doorstep=; .*Expires=Thu, 01 Jan 1970/);
    // The old cookie, kept by a thief, opens nothing.
    const home = await request(app.url).get('/').set({ cookie });
    expect(home.text).toContain('Come on in.');
    expect(await app.stored.keys('session*')).toEqual([]);
    expect(await app.stored.keys('*-session*')).toEqual([]);
  });

  it('S39 ends Logto’s session with exactly the registered address, and no token in it (S33)', async () => {
    const cookie = cookieOf(await app.signedInBrowser());
    const answer = await postSignOut(cookie, { 'sec-fetch-site': 'same-origin' });
    const address = new URL(answer.headers.location ?? '');
    expect(address.origin + address.pathname).toBe(`${app.logto.issuer}/session/end`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: app.config.logto.appId,
      post_logout_redirect_uri: `${app.url}/`,
    });
  });

  it('without a session it still goes to Logto’s end-session', async () => {
    const answer = await postSignOut('', { origin: app.url }).expect(303);
    expect(answer.headers.location).toContain('/oidc/session/end?');
  });

  it('GET /sign-out shows the button and changes nothing', async () => {
    const browser = await app.signedInBrowser();
    const page = await browser.get(`${app.url}/sign-out`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('action="/sign-out"');
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
  });

  it('S7 with discovery refused, the person is signed out here and told so', async () => {
    const browser = await app.signedInBrowser();
    // Discovery is kept for ten minutes.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * 60_000 });
    app.logto.resetCalls();
    app.logto.failNext('discovery', { status: 403, body: {} }, 3);
    const page = await browser.post(`${app.url}/sign-out`, {});
    expect(page.body).toContain('You are signed out here.');
    expect(app.logto.calls.discovery).toBeGreaterThan(0);
    expect((await browser.get(app.url)).body).toContain('Come on in.');
  });

  it('with Logto down the person is signed out here and told so', async () => {
    const browser = await app.signedInBrowser();
    await app.logto.down();
    const page = await browser.post(`${app.url}/sign-out`, {});
    await app.logto.up();
    expect(page.url).toBe(`${app.url}/`);
    expect(page.body).toContain('You are signed out here. Logto could not be reached');
    expect(page.body).toContain('Come on in.');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', { origin: 'https://evil.example' }],
    ['a hidden origin', { origin: 'null' }],
    ['nobody knows where', {}],
  ])('S26 a sign-out from %s is refused', async (_what, headers) => {
    const browser = await app.signedInBrowser();
    const answer = await postSignOut(cookieOf(browser), headers).expect(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
  });

  it('S28 clears storage but not Logto’s cookies, and personal pages are no-store', async () => {
    const browser = await app.signedInBrowser();
    const cacheControl = async (path: string) =>
      (await browser.get(app.url + path)).headers.get('cache-control');
    expect(await cacheControl('/')).toBe('no-store');
    // Proxies on the way rewrite e-mail addresses, to hide them from robots.
    expect(await cacheControl('/account')).toBe('no-store, no-transform');
    const answer = await postSignOut(cookieOf(browser), { 'sec-fetch-site': 'same-origin' });
    expect(answer.headers['clear-site-data']).toBe('"storage"');
  });

  it('S29 one log line, without anything secret', async () => {
    const browser = await app.signedInBrowser();
    app.logs.length = 0;
    await postSignOut(cookieOf(browser), { 'sec-fetch-site': 'same-origin' });
    expect(app.logs).toMatchObject([{ event: 'sign_out', kind: 'here' }]);
  });
});

it('S83 with the list of a user’s sessions out of reach, a grant that another session lives on is kept', async () => {
  const faults = new RedisFaults();
  const app = await startDoorstep({ wrapRedis: faults.wrap });
  const people = peopleAt(app);
  const browser = await app.signedInBrowser();
  const other = people.sessionId(browser);
  // Without the cookie, a second session comes of the same one at Logto.
  browser.cookies.store(new URL(app.url), ['doorstep=; Path=/; Max-Age=0']);
  await browser.get(`${app.url}/sign-in`);
  expect(people.sessionId(browser)).not.toBe(other);
  app.logto.resetCalls();
  faults.fail((_command, key) => key.startsWith('user-sessions:'));
  await people.click(browser, '/sign-out');
  faults.heal();
  expect(await app.tokensOf(other)).not.toEqual([]);
  expect(app.logto.calls.revocation).toBe(0);
  await app.close();
});

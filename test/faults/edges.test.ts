import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { idIn } from '../harness/people.ts';
import { RedisFaults } from '../harness/redis-faults.ts';

const MINUTE = 60_000;

/** Each was once wrong: a race, a failure in an odd place, or a word too much. */
describe('regressions', () => {
  let app: Doorstep;
  const faults = new RedisFaults();
  beforeAll(async () => {
    app = await startDoorstep({ wrapRedis: faults.wrap });
  });
  afterEach(() => {
    faults.heal();
    app.logto.heal();
    app.logto.resetCalls();
    vi.useRealTimers();
  });
  afterAll(() => app.close());

  const idOf = (browser: Browser) =>
    idIn(browser.cookies.find('localhost', 'doorstep')?.value ?? '');
  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const greets = async (browser: Browser) =>
    (await browser.get(app.url)).body.includes('Hello, Ada Lovelace');

  it('S10 S11 a session that is being saved while the list is looked at can be ended', async () => {
    const watching = await app.signedInBrowser();
    const arriving = app.browser();
    const callback = await app.upToCallback(arriving);
    faults.hang((command) => command === 'writeTokens');
    const arrival = arriving.get(callback);
    await vi.waitFor(async () => {
      const page = await watching.get(`${app.url}/sessions`);
      expect(page.status).toBe(200);
    });
    faults.heal();
    await arrival;
    expect(await greets(arriving)).toBe(true);
    await watching.post(`${app.url}/sessions/end-others`, {});
    expect(await greets(arriving)).toBe(false);
    expect(await greets(watching)).toBe(true);
  });

  it('C13 an ID token that does not hold at a recheck takes nobody’s pages away', async () => {
    const browser = await app.signedInBrowser();
    app.logto.resetCalls();
    later(11 * MINUTE);
    const body = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, id_token: 'a.b.c' };
    app.logto.failNext('token', { status: 200, body }, 3);
    for (let view = 0; view < 3; view += 1) expect(await greets(browser)).toBe(true);
    expect(app.logto.calls.token).toBe(1);
  });

  it('S7 with discovery refused, signing out still says that it is done', async () => {
    const browser = await app.signedInBrowser();
    // Later than in the tests before: discovery is kept for ten minutes.
    later(60 * MINUTE);
    app.logto.failNext('discovery', { status: 403, body: {} }, 3);
    const page = await browser.post(`${app.url}/sign-out`, {});
    expect(page.body).toContain('You are signed out here.');
  });

  it('a sign-in that can’t be kept gives its refresh token back', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    faults.fail((command) => command === 'addToIndex');
    app.logto.resetCalls();
    expect((await browser.get(callback)).status).toBe(503);
    await vi.waitFor(() => expect(app.logto.calls.revocation).toBe(1));
  });

  it('the account page shows nothing of somebody else’s userinfo, and does not go in circles', async () => {
    const browser = await app.signedInBrowser();
    app.logto.failNext('userinfo', {
      status: 200,
      body: { sub: 'mallory', email: 'm@evil.example' },
    });
    const page = await browser.get(`${app.url}/account`);
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('m@evil.example');
  });

  it('"last used" is right in a session’s last two days too', async () => {
    const browser = await app.signedInBrowser();
    const key = `session:${idOf(browser)}`;
    expect(await app.redis.pttl(key)).toBeGreaterThan(app.config.session.idleMs - MINUTE);
  });

  it('S36 without a token, nothing is asked of Logto', async () => {
    const fresh = await startDoorstep();
    await request(fresh.url).post('/backchannel-logout').type('form').send({}).expect(400);
    expect(fresh.logto.calls).toMatchObject({ discovery: 0, jwks: 0 });
    await fresh.close();
  });

  it('C14 an ID token that does not hold at sign-in keeps the way back', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/sign-in?return_to=/account', ADA);
    const body = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, id_token: 'a.b.c' };
    app.logto.failNext('token', { status: 200, body });
    const page = await browser.get(callback);
    expect(page.body).toContain('id_token_invalid');
    expect(page.body).toContain('return_to=%2Faccount');
  });
});

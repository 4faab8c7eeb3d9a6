import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signingAlgorithms } from '../../demo/logto/keys.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';

describe('Logto out of reach', () => {
  let app: Doorstep;
  beforeEach(async () => {
    app = await startDoorstep({ environment: { LOGTO_TIMEOUT_SECONDS: '2' } });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });

  /** A failure is remembered for a second. */
  const aSecondLater = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });

  const signInStatus = async () =>
    (await app.browser().get(`${app.url}/sign-in`, { follow: false })).status;

  it('C18 down at boot: public pages work, sign-in is a 503 page, and it heals by itself', async () => {
    await app.logto.down();
    expect((await app.browser().get(app.url)).status).toBe(200);
    const page = await app.browser().get(`${app.url}/sign-in?return_to=/account`);
    expect(page.status).toBe(503);
    expect(page.body).toContain('We can’t reach our sign-in service right now');
    expect(page.body).toContain('href="/sign-in?return_to=/account"');
    await app.logto.up();
    aSecondLater();
    expect(await signInStatus()).toBe(303);
  });

  it.each([
    ['a 500', { status: 500, body: 'oops' }],
    ['no answer', 'hang'],
    ['a reset connection', 'reset'],
    ['broken JSON', 'garbage'],
  ] as const)('C18 discovery with %s is a 503 page, then heals', async (_what, fault) => {
    app.logto.failNext('discovery', fault);
    expect(await signInStatus()).toBe(503);
    aSecondLater();
    expect(await signInStatus()).toBe(303);
  });

  it.each([
    ['a 502', { status: 502, body: 'oops' }],
    ['no answer', 'hang'],
    ['broken JSON', 'garbage'],
  ] as const)(
    'C18 the token endpoint with %s signs nobody in and says so',
    async (_what, fault) => {
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      app.logto.failNext('token', fault);
      expect((await browser.get(callback)).status).toBe(503);
      expect((await browser.get(app.url)).body).toContain('Come on in.');
    },
  );

  it('C18 the key set out of reach is a 503 page, not a bad token', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    app.logto.failNext('jwks', { status: 500, body: 'oops' });
    const page = await browser.get(callback);
    expect(page.status).toBe(503);
    expect(page.body).toContain('logto_unavailable');
  });

  it('signed-in people keep their pages, and the account page says what is missing', async () => {
    const browser = await app.signedInBrowser();
    await app.logto.down();
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
    const account = await browser.get(`${app.url}/account`);
    expect(account.status).toBe(200);
    expect(account.body).toContain('ada@example.org');
    await app.logto.up();
  });

  it.each(signingAlgorithms)(
    'S22 C42 keys rotated to %s a moment after the set was fetched: the next sign-in works',
    async (alg) => {
      await app.signedInBrowser();
      await app.logto.rotateKeys(alg, { keepOld: false });
      const browser = await app.signedInBrowser();
      expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
      expect(app.logto.calls.jwks).toBe(2);
    },
  );
});

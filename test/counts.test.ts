import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from './harness/doorstep.ts';
import { RedisFaults } from './harness/redis-faults.ts';
import { hasRedisServer } from './harness/redis-server.ts';
import { withScopedPages } from './harness/scoped-pages.ts';

describe('what things cost', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
    await app.signedInBrowser();
  });
  afterAll(() => app.close());

  const commands = async (act: () => Promise<unknown>) => app.redisServer?.countCommands(act);

  it.skipIf(!hasRedisServer)('an anonymous page makes 0 Redis commands', async () => {
    const browser = app.browser();
    expect(await commands(() => browser.get(app.url))).toBe(0);
    expect(await commands(() => browser.get(`${app.url}/account`, { follow: false }))).toBe(0);
    expect(await commands(() => browser.get(`${app.url}/nope`))).toBe(0);
  });

  it.skipIf(!hasRedisServer)('a signed-in page makes 1 Redis command', async () => {
    const browser = await app.signedInBrowser();
    expect(await commands(() => browser.get(app.url))).toBe(1);
    expect(await commands(() => browser.get(`${app.url}/sign-out`))).toBe(1);
  });

  it.skipIf(!hasRedisServer)(
    'a page behind a permission makes 2 Redis commands: session, tokens',
    async () => {
      const whole = await startDoorstep({ environment: WHOLE_SITE, createApp: withScopedPages });
      const browser = await whole.signedInBrowser();
      const count = (path: string) =>
        whole.redisServer?.countCommands(() => browser.get(whole.url + path));
      await browser.get(`${whole.url}/scoped`);
      whole.logto.resetCalls();
      expect(await count('/scoped')).toBe(2);
      expect(await count('/')).toBe(1);
      expect(Object.values(whole.logto.calls).reduce((sum, calls) => sum + calls)).toBe(0);
      await whole.close();
    },
  );

  it.skipIf(!hasRedisServer)(
    'starting a sign-in makes 0 Redis commands and no call to Logto',
    async () => {
      const browser = app.browser();
      app.logto.resetCalls();
      expect(await commands(() => browser.get(`${app.url}/sign-in`, { follow: false }))).toBe(0);
      expect(Object.values(app.logto.calls).reduce((sum, calls) => sum + calls)).toBe(0);
    },
  );

  it('S80 finishing a sign-in asks Redis 4 times in 3 round trips; where another session ends by it, 8 times in 4', async () => {
    const faults = new RedisFaults({ inStep: true });
    const counted = await startDoorstep({ wrapRedis: faults.wrap });
    // Redis knows the scripts from now on.
    await (await counted.signedInBrowser()).get(`${counted.url}/sign-out`);
    const browser = counted.browser();
    const roundTrips = async (path: string) => {
      const callback = await counted.upToCallback(browser, path);
      faults.reset();
      // Not this browser's: refused before Redis is asked.
      await counted.browser().get(callback, { follow: false });
      expect(faults.asked).toEqual([]);
      const act = () => browser.get(callback, { follow: false });
      if (counted.redisServer) {
        expect(await counted.redisServer.commandsSent(act)).toHaveLength(faults.asked.length);
      } else await act();
      return faults.roundTrips;
    };
    expect(await roundTrips('/sign-in')).toEqual([
      ['set'],
      ['createSession'],
      ['addToUserIndex', 'addToLogtoIndex'],
    ]);
    expect(await roundTrips('/sign-in?prompt=login')).toEqual([
      ['getexBuffer'],
      ['set'],
      ['endSessionBuffer', 'createSession'],
      ['zrem', 'leaveIndex', 'addToUserIndex', 'addToLogtoIndex'],
    ]);
    await counted.close();
  });

  it('a warm sign-in makes exactly 1 call to Logto, the token endpoint', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    app.logto.resetCalls();
    await browser.get(callback);
    expect(app.logto.calls).toEqual({
      discovery: 0,
      jwks: 0,
      authorize: 0,
      token: 1,
      userinfo: 0,
      revocation: 0,
      endSession: 0,
      identityToken: 0,
      signInExperience: 0,
      accountCenter: 0,
    });
  });

  it('C12 100 page views within the recheck interval make no call to Logto', async () => {
    const browser = await app.signedInBrowser();
    app.logto.resetCalls();
    for (let view = 0; view < 100; view += 1) await browser.get(app.url);
    expect(Object.values(app.logto.calls).reduce((sum, calls) => sum + calls)).toBe(0);
  });

  it('only the account page asks userinfo, once a view', async () => {
    const browser = await app.signedInBrowser();
    app.logto.resetCalls();
    await browser.get(`${app.url}/account`);
    expect(app.logto.calls).toMatchObject({ userinfo: 1, token: 0 });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { type Instance, startInstance } from '../harness/instance.ts';
import { ENGINES } from '../harness/people-at-logto.ts';
import { RedisFaults } from '../harness/redis-faults.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { withScopedPages } from '../harness/scoped-pages.ts';

const MINUTE = 60_000;

describe.skipIf(!hasRedisServer)('requests that wait for another one’s refresh', () => {
  let app: Doorstep;
  let other: Instance;
  const redis = new RedisFaults();
  const otherRedis = new RedisFaults();
  beforeAll(async () => {
    app = await startDoorstep({
      environment: WHOLE_SITE,
      createApp: withScopedPages,
      wrapRedis: redis.wrap,
    });
    other = await startInstance(app, { createApp: withScopedPages, wrapRedis: otherRedis.wrap });
  });
  afterEach(() => {
    vi.useRealTimers();
    redis.heal();
    app.logto.heal();
    app.logto.resetCalls();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const locks = (_command: string, key: string) => key.startsWith('refresh:');
  const readsTokens = (_command: string, key: string) => key.startsWith('session-tokens:');
  /** Resolves when this request has found the lock taken. */
  const waitsForLock = ({ asked }: RedisFaults) =>
    eventually(() =>
      expect(asked.filter(({ command, key }) => locks(command, key)).length).toBeGreaterThan(1),
    );

  it.each([
    ['access_denied', 403],
    ['invalid_target', 400],
  ])(
    'for another audience, when that one is refused (%s): it gets an answer of its own',
    async (error, status) => {
      const browser = await app.signedInBrowser();
      app.logto.resetCalls();
      const release = app.logto.holdNext('token');
      app.logto.failNext('token', { status, body: { error } });
      const refused = browser.get(`${app.url}/scoped`);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      redis.asked.length = 0;
      const waiting = browser.get(`${app.url}/organizations/${ENGINES}/scoped`);
      await waitsForLock(redis);
      release();
      expect((await refused).status).not.toBe(200);
      expect((await waiting).status).toBe(200);
      expect((await waiting).body).toBe(`of ${ENGINES}`);
    },
  );

  it('for a recheck that finds nothing to do: they go on by themselves', async () => {
    const browser = await app.signedInBrowser();
    const at = { headers: { host: other.host } };
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * MINUTE });
    // One recheck has read the session and comes to the lock when another one has already finished.
    const atLock = redis.hang(locks);
    const late = browser.get(app.url);
    await eventually(() => expect(atLock.count()).toBe(1));
    await browser.get(other.url, at);
    expect(app.logto.tokenCalls).toMatchObject({ refresh_token: 1 });
    // It holds the lock from here on, until it has read the tokens.
    const atTokens = redis.hang(readsTokens);
    atLock.release();
    await eventually(() => expect(atTokens.count()).toBe(1));
    otherRedis.asked.length = 0;
    const waiting = browser.get(`${other.url}/scoped`, at);
    await waitsForLock(otherRedis);
    atTokens.release();
    expect((await late).body).toContain('Hello, Ada Lovelace');
    expect((await waiting).status).toBe(200);
  });
});

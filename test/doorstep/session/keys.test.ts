import { randomBytes } from 'node:crypto';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { singleRedis } from '../../../src/doorstep/config/redis-address.ts';
import { digest } from '../../../src/doorstep/crypto/digest.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { connectRedis, defineScripts } from '../../../src/doorstep/redis/client.ts';
import type { RedisCommands } from '../../../src/doorstep/redis/commands.ts';
import { intercept } from '../../../src/doorstep/redis/intercept.ts';
import { newSessionId } from '../../../src/doorstep/session/keys.ts';
import { UserIndex } from '../../../src/doorstep/session/user-index.ts';
import { startDoorstep } from '../../harness/doorstep.ts';
import { startHost } from '../../harness/host.ts';
import { peopleAt } from '../../harness/people.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';
import {
  hasRedisServer,
  type RedisServer,
  startOneNodeCluster,
} from '../../harness/redis-server.ts';

const idOfBefore = () => randomBytes(24).toString('base64url');

/** Writes a session as versions before did: its tokens and its record one after the other. */
function writeApart(redis: RedisCommands): void {
  vi.spyOn(redis, 'createSession').mockImplementation(async (key, tokensKey, ...values) => {
    const [sealed, ttl, sealedTokens, tokensTtl] = values;
    await redis.writeTokens(tokensKey, 0, sealedTokens, tokensTtl);
    await redis.set(key, sealed, 'PX', ttl, 'NX');
    return 1;
  });
}

it('S88 marks are left by their former names too, for processes of a version before', async () => {
  const redis = new EmbeddedRedis({ now: () => 1000 });
  const index = new UserIndex(redis, () => 1000);
  const ada = { iss: 'https://logto.example', sub: 'ada' };
  await index.markEnded(ada);
  await index.markEnded({ logtoSession: 'at-logto' });
  await index.markTold(ada);
  const user = digest(JSON.stringify([ada.iss, ada.sub]));
  const session = digest(JSON.stringify(['at-logto']));
  expect(await redis.readMark(`user-ended:${user}`)).toEqual(['1000', 65 * 60_000]);
  expect(await redis.readMark(`logto-session-ended:${session}`)).toEqual(['1000', 65 * 60_000]);
  expect(await redis.readMark(`user-told:${user}`)).toEqual(['1000', 5 * 60_000]);
});

it('S37 who begins just after everything was ended stays in, however late Redis answers', async () => {
  let now = 1000;
  const redis = new EmbeddedRedis({ now: () => now });
  const late = intercept(redis, async (_command, _args, call) => {
    const answer = await call();
    now += 50;
    return answer;
  });
  const ada = { iss: 'https://logto.example', sub: 'ada', sid: null };
  await new UserIndex(redis, () => now).markEnded(ada);
  const add = (startedAt: number) =>
    new UserIndex(late, () => now).add(ada, newSessionId(), {
      startedAt,
      checkedAt: startedAt,
      endsAt: 100_000,
    });
  expect(await add(1000)).toMatchObject({ wasEnded: true });
  expect(await add(1001)).toMatchObject({ wasEnded: false });
});

describe.skipIf(!hasRedisServer)('the keys of a session, in a Redis Cluster', () => {
  let node: RedisServer;
  beforeAll(async () => {
    node = await startOneNodeCluster();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await node.admin.flushall();
  });
  afterAll(() => node.close());

  it.each(['', 'shop:', '{shop}:'])(
    'S81 what one script touches is in one slot, with %j and a prefix of the client before the keys',
    async (redisPrefix) => {
      const clientPrefix = 'all:';
      const redis = new Cluster([{ host: '127.0.0.1', port: node.port }], {
        keyPrefix: clientPrefix,
      });
      defineScripts(redis);
      const host = await startHost((app, auth) => app.use(auth.middleware), {
        redis,
        redisPrefix,
        clientPrefix,
      });
      const browser = await host.signedInBrowser();
      await browser.get(await host.upToCallback(browser, '/sign-in?prompt=login'));
      const keys = await node.admin.keys('*');
      expect(keys.filter((key) => key.startsWith(`${clientPrefix}${redisPrefix}`))).toEqual(keys);
      const kinds = keys.map((key) => key.slice(`${clientPrefix}${redisPrefix}`.length));
      expect(kinds.map((key) => key.replace(/:.*/, '')).sort()).toEqual([
        'logto-session',
        'session',
        'session-tokens',
        'used-state',
        'used-state',
        'user-sessions',
      ]);
      await host.close();
      redis.disconnect();
    },
  );

  it('S82 a session that a version before began goes on, is refreshed, and ends wholly', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const config = { ...singleRedis(node.url), mode: 'cluster' as const };
    const redis = connectRedis(config, createLogger('silent'));
    await new Promise((resolve) => redis.once('ready', resolve));
    writeApart(redis);
    let makeId = idOfBefore;
    const app = await startDoorstep({ wrapRedis: () => redis, newSessionId: () => makeId() });
    const people = peopleAt(app);
    const [here, there] = [await app.signedInBrowser(), await app.signedInBrowser()];
    vi.restoreAllMocks();
    makeId = newSessionId;
    const old = people.sessionId(here);
    expect(old).toMatch(/^[\w-]{32}$/);
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect([await people.isIn(here), await people.isIn(there)]).toEqual([true, true]);
    expect(app.logs.filter(({ event }) => event === 'refresh.succeeded')).toHaveLength(2);
    await people.click(there, '/sign-out');
    await here.get(await app.upToCallback(here, '/sign-in?prompt=login'));
    const id = people.sessionId(here);
    expect(id).toMatch(/^\{[\w-]{32}\}$/);
    expect(await people.isIn(here)).toBe(true);
    expect((await node.admin.keys('session*')).sort()).toEqual([
      `session-tokens:${id}`,
      `session:${id}`,
    ]);
    await app.close();
    redis.disconnect();
  });

  it('S87 a session that a version before began is revoked though Redis goes away as it ends', async () => {
    const redis = connectRedis(singleRedis(node.url), createLogger('silent'));
    await new Promise((resolve) => redis.once('ready', resolve));
    const faults = new RedisFaults();
    writeApart(redis);
    const app = await startDoorstep({
      wrapRedis: () => faults.wrap(redis),
      newSessionId: idOfBefore,
    });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    vi.restoreAllMocks();
    const id = people.sessionId(browser);
    expect(id).toMatch(/^[\w-]{32}$/);
    app.logto.resetCalls();
    // From the answer to the DEL on.
    let isDeleted = false;
    faults.fail(() => isDeleted);
    const del = redis.del.bind(redis);
    vi.spyOn(redis, 'del').mockImplementation(async (...keys: unknown[]) => {
      const count = await del(String(keys[0]));
      isDeleted = true;
      return count;
    });
    await people.click(browser, '/sign-out');
    expect(await node.admin.exists(`session:${id}`)).toBe(0);
    expect(app.logto.calls.revocation).toBe(1);
    await app.close();
    redis.disconnect();
  });
});

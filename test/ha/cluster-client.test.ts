import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisConfig, singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import { kill } from '../faults/outage.ts';
import { startDoorstep } from '../harness/doorstep.ts';
import { type RedisClusterServers, startRedisCluster } from '../harness/redis-cluster.ts';
import { hasRedisServer, type RedisServer } from '../harness/redis-server.ts';
import { startTcpProxy } from '../harness/tcp-proxy.ts';

const MINUTE = 60_000;
/** All keys with this in their name are in one slot. */
const KEY = 'session:{of-one-slot}';

describe.skipIf(!hasRedisServer)('the client of a Redis Cluster', () => {
  let cluster: RedisClusterServers;
  const connections: ReturnType<typeof connectRedis>[] = [];
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterEach(() => {
    for (const one of connections.splice(0)) one.disconnect();
  });
  afterAll(() => cluster.close());

  async function connect(addresses = cluster.addresses) {
    const config: RedisConfig = { ...singleRedis(`redis://${addresses}`), mode: 'cluster' };
    const redis = connectRedis(config, createLogger('silent'));
    connections.push(redis);
    await new Promise((resolve) => redis.once('ready', resolve));
    return redis;
  }

  it('a signed-in page makes 1 Redis command, over all nodes', async () => {
    const redis = await connect();
    const app = await startDoorstep({ wrapRedis: () => redis });
    for (let person = 0; person < 4; person += 1) {
      const browser = await app.signedInBrowser();
      expect(await cluster.countCommands(() => browser.get(app.url))).toBe(1);
    }
    expect(await cluster.countCommands(() => app.browser().get(app.url))).toBe(0);
    await app.close();
  });

  it('a hundred commands at once, before any node is connected: each is answered', async () => {
    const redis = await connect();
    const keys = Array.from({ length: 100 }, (_, index) => `session:${index}`);
    const written = keys.map((key) => redis.set(key, key, 'PX', MINUTE, 'NX'));
    expect(new Set(await Promise.all(written))).toEqual(new Set(['OK']));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
  });

  it('C22 a slot on its way to a node that hangs: its commands fail in time, others are answered', async () => {
    const redis = await connect();
    const from = await cluster.masterOf(KEY);
    const [to, other] = (await cluster.masters()).filter((one) => one !== from);
    if (!to || !other) throw new Error('There are three masters');
    const slot = String(await from.admin.cluster('KEYSLOT', KEY));
    const setSlot = async (node: RedisServer, how: string, peer: RedisServer) =>
      node.admin.call('CLUSTER', 'SETSLOT', slot, how, String(await peer.admin.cluster('MYID')));
    await setSlot(to, 'IMPORTING', from);
    await setSlot(from, 'MIGRATING', to);
    const key = await keyOf(other);
    to.signal('SIGSTOP');
    const since = performance.now();
    await expect(redis.getexBuffer(KEY, 'PX', MINUTE)).rejects.toThrow();
    expect(performance.now() - since).toBeLessThan(1500);
    expect(await redis.set(key, 'x', 'PX', MINUTE, 'NX')).toBe('OK');
    to.signal('SIGCONT');
    for (const node of [from, to]) await node.admin.call('CLUSTER', 'SETSLOT', slot, 'STABLE');
    await vi.waitFor(() => redis.set(KEY, 'x', 'PX', MINUTE, 'NX'), 5000);
  });

  it('C22 a master that hangs: one command waits for it, the next ones fail at once, others are answered', async () => {
    const redis = await connect();
    const hanging = await cluster.masterOf(KEY);
    const [other] = (await cluster.masters()).filter((one) => one !== hanging);
    if (!other) throw new Error('There are three masters');
    const key = await keyOf(other);
    await redis.get(KEY);
    hanging.signal('SIGSTOP');
    await expect(redis.get(KEY)).rejects.toThrow();
    const since = performance.now();
    for (let count = 0; count < 10; count += 1) {
      await expect(redis.get(KEY)).rejects.toThrow();
      await redis.get(key);
    }
    expect(performance.now() - since).toBeLessThan(500);
    hanging.signal('SIGCONT');
    await vi.waitFor(() => redis.get(KEY), 5000);
  });

  async function keyOf(master: RedisServer): Promise<string> {
    for (let number = 0; ; number += 1) {
      const key = `session:own-${number}`;
      if ((await cluster.masterOf(key)) === master) return key;
    }
  }

  it.each([
    { replica: 'in step', cutOff: 0, minReplicas: 0 },
    { replica: 'cut off for half a second', cutOff: 500, minReplicas: 0 },
    { replica: 'cut off, and min-replicas-to-write 1', cutOff: 500, minReplicas: 1 },
  ])(
    'a master dies with its replica $replica: what is lost',
    async ({ replica, cutOff, minReplicas }) => {
      const redis = await connect();
      const dying = await cluster.masterOf(KEY);
      const heir = await cluster.replicaOf(dying);
      await dying.admin.config('SET', 'min-replicas-to-write', minReplicas);
      const acknowledged: { key: string; at: number }[] = [];
      let refused: unknown = null;
      const write = async (_: unknown, writer: number) => {
        for (let number = 0; !refused; number += 1) {
          const key = `${KEY}:${cutOff}:${minReplicas}:${writer}:${number}`;
          await redis.set(key, 'x', 'PX', MINUTE, 'NX').then(
            () => acknowledged.push({ key, at: performance.now() }),
            (error) => {
              refused = error;
            },
          );
        }
      };
      const writers = Promise.all(Array.from({ length: 10 }, write));
      await expect.poll(() => acknowledged.length).toBeGreaterThan(500);
      const cutAt = performance.now();
      if (cutOff) {
        await dying.admin.call('ACL', 'SETUSER', 'default', '-psync', '-sync');
        await dying.admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
        await new Promise((resolve) => setTimeout(resolve, cutOff));
      }
      await kill(dying);
      const diedAt = performance.now();
      await writers;
      await expect
        .poll(async () => (await heir.admin.role())[0], { timeout: 20_000 })
        .toBe('master');
      await dying.restart();
      await cluster.whole();
      const found = await Promise.all(acknowledged.map(({ key }) => heir.admin.exists(key)));
      const lost = acknowledged.filter((_, index) => found[index] === 0);
      const oldest = Math.max(0, ...lost.map(({ at }) => diedAt - at));
      process.stdout.write(
        `A master died, its replica ${replica}: of ${acknowledged.length} acknowledged writes ${lost.length} were lost, the oldest ${Math.round(oldest)} ms before\n`,
      );
      expect(oldest).toBeLessThan(cutOff + 500);
      if (cutOff && !minReplicas) expect(lost.length).toBeGreaterThan(0);
      if (minReplicas) {
        expect(String(refused)).toContain('NOREPLICAS');
        // Only what was under way when the replica was cut off.
        expect(lost.filter(({ at }) => at > cutAt + 100)).toEqual([]);
      }
    },
  );

  it('all nodes replaced at once: the addresses of REDIS_URL lead to the new ones', async () => {
    const old = await startRedisCluster();
    const [seed] = old.nodes;
    const [newSeed] = cluster.nodes;
    if (!seed || !newSeed) throw new Error('There are nodes');
    const proxy = await startTcpProxy(seed.port);
    const redis = await connect(`127.0.0.1:${proxy.port}`);
    expect(await redis.set('session:before', 'x', 'PX', MINUTE, 'NX')).toBe('OK');
    proxy.switchTo(newSeed.port, 'cut');
    await old.close();
    await vi.waitFor(() => redis.set('session:after', 'x', 'PX', MINUTE, 'NX'), 15_000);
    expect(await (await connect()).get('session:after')).toBe('x');
    proxy.close();
  });
});

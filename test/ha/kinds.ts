import type { RedisConfig } from '../../src/doorstep/config/redis-address.ts';
import { singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import type { RedisKind } from '../doorstep/redis/contract.ts';
import { startRedisCluster } from '../harness/redis-cluster.ts';
import { MASTER_SET, startSentinels } from '../harness/redis-sentinels.ts';
import { hasRedisServer } from '../harness/redis-server.ts';

async function connected(config: RedisConfig, servers: { close(): Promise<void> }) {
  const redis = connectRedis(config, createLogger('silent'));
  await new Promise((resolve) => redis.once('ready', resolve));
  const close = async () => {
    redis.disconnect();
    await servers.close();
  };
  return { redis, close };
}

const severalAt = (addresses: string, mode: RedisConfig['mode']): RedisConfig => ({
  ...singleRedis(`redis://${addresses}`),
  mode,
  sentinel: { master: MASTER_SET, username: null, password: null },
});

/** What the app stands on where one Redis is several. */
export const severalKinds: RedisKind[] = [
  {
    kind: 'a Redis Cluster',
    installed: hasRedisServer,
    start: async () => {
      const cluster = await startRedisCluster();
      return connected(severalAt(cluster.addresses, 'cluster'), cluster);
    },
  },
  {
    kind: 'a Redis behind Sentinels',
    installed: hasRedisServer,
    start: async () => {
      const sentinels = await startSentinels();
      return connected(severalAt(sentinels.addresses, 'sentinel'), sentinels);
    },
  },
];

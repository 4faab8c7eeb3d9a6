import { EmbeddedRedis } from '../../demo/redis.ts';
import { startRedis } from '../../demo/redis-server.ts';
import { singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import { hasRedisServer, startRedisServer } from './redis-server.ts';

/** What the same promises are held by: the embedded Redis and by a real redis-server (C19). */
export const kinds = [
  {
    kind: 'the embedded Redis',
    installed: true,
    start: async () => ({ redis: new EmbeddedRedis(), close: async () => {} }),
  },
  {
    kind: 'the embedded Redis over TCP',
    installed: true,
    start: async () => {
      const { url, down } = await startRedis(0);
      return connected({ url, close: down });
    },
  },
  {
    kind: 'a real redis-server',
    installed: hasRedisServer,
    start: async () => connected(await startRedisServer()),
  },
];

async function connected(server: { url: string; close(): Promise<void> }) {
  const redis = connectRedis(singleRedis(server.url), createLogger('silent'));
  await new Promise((resolve) => redis.once('ready', resolve));
  const close = async () => {
    redis.disconnect();
    await server.close();
  };
  return { redis, close };
}

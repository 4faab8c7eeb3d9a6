import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { singleRedis } from '../../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { connectRedis } from '../../../src/doorstep/redis/client.ts';

/** A page says within this that Redis does not answer; all is well this long after its return. */
const [PAGE_MS, HEALING_MS] = [2000, 5000];

it('C21 C22 no wait of the Redis client is without a limit, and they keep what is promised', () => {
  const redis = connectRedis(singleRedis('redis://127.0.0.1:1'), createLogger('silent'));
  redis.disconnect();
  if (!(redis instanceof Redis)) throw new Error('A single server needs no cluster');
  const { commandTimeout, socketTimeout, connectTimeout, maxLoadingRetryTime } = redis.options;
  for (const limit of [commandTimeout, socketTimeout]) {
    expect(limit).toBeGreaterThan(0);
    expect(limit).toBeLessThan(PAGE_MS);
  }
  // Nothing waits for a connection, and nothing is sent twice.
  expect(redis.options).toMatchObject({ enableOfflineQueue: false, maxRetriesPerRequest: 0 });

  const pauses = Array.from({ length: 1000 }, (_, n) => redis.options.retryStrategy?.(n + 1));
  expect(pauses.filter((pause) => typeof pause !== 'number')).toEqual([]);
  const longest = Math.max(...pauses.map(Number));
  // At worst the last attempt before its return has just begun, and the next one finds it loading.
  const healing = Number(connectTimeout) + longest + Number(maxLoadingRetryTime);
  expect(healing).toBeLessThan(HEALING_MS);
});

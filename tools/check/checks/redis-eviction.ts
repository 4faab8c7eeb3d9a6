import type { Check } from '../checkup.ts';
import { ok, skipped, warning } from '../outcome.ts';
import { eachServer, type RedisServer } from '../redis-connection.ts';

/**
 * Only noeviction is right. volatile-* spares keys without a lifetime, and the app has none: each
 * key of it expires, so these policies evict sessions like allkeys-*. volatile-ttl takes the
 * shortest-lived first: the marks that make a `state` single-use, and the tombstones of sign-outs.
 */
export const redisEviction: Check<{ servers: RedisServer[] }, never> = {
  name: 'Redis eviction',
  run: eachServer((info) => {
    const policy = info?.get('maxmemory_policy');
    if (!policy) return skipped('this user of Redis may not run INFO');
    if (policy === 'noeviction') return ok('noeviction: a full Redis drops no session');
    const effect =
      info?.get('maxmemory') === '0'
        ? 'would sign people out as soon as a maxmemory is set'
        : 'signs people out at random when memory runs short';
    return warning(`${policy} ${effect}`, 'Set maxmemory-policy noeviction.');
  }),
};

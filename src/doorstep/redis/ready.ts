import type { Cluster, Redis } from 'ioredis';

/**
 * Waits until Redis answers, however often connecting fails meanwhile; after `timeoutMs`, or when
 * `signal` is aborted, it waits no longer, and Redis goes on connecting by itself.
 */
export function untilReady(
  redis: Redis | Cluster,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    if (redis.status === 'ready' || signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      redis.off('ready', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    redis.once('ready', done);
    signal?.addEventListener('abort', done);
  });
}

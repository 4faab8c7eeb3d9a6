import { randomUUID } from 'node:crypto';
import { askRedis } from '../session/ask.ts';
import type { SessionRedis } from '../session/redis.ts';

const PREFIX = 'refresh:';
/** How often those who wait look again, milliseconds. */
const PACE = 50;

/**
 * One refresh at a time for a session, across processes. A process that dies with the lock delays
 * the others until `ttl` milliseconds have passed, no longer.
 */
export class RefreshLock {
  readonly #redis: SessionRedis;
  readonly #ttl: number;

  constructor(redis: SessionRedis, ttl: number) {
    this.#redis = redis;
    this.#ttl = ttl;
  }

  /** Runs `act` alone and returns its result; null at once when somebody else holds the lock. */
  async tryWith<Result>(sessionId: string, act: () => Promise<Result>): Promise<Result | null> {
    const key = PREFIX + sessionId;
    const holder = randomUUID();
    const taken = await askRedis('The lock', this.#redis.set(key, holder, 'PX', this.#ttl, 'NX'));
    if (taken !== 'OK') return null;
    try {
      return await act();
    } finally {
      // Compare and delete: after the time limit the lock may be somebody else's. If Redis is away,
      // the time limit releases it.
      await this.#redis.releaseLock(key, holder).catch(() => 0);
    }
  }

  /** Resolves when whoever holds the lock has released it or died. */
  async wait(sessionId: string): Promise<void> {
    while ((await askRedis('The lock', this.#redis.get(PREFIX + sessionId))) !== null) {
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { SessionRedis } from '../redis/commands.ts';
import { askRedis } from '../redis/errors.ts';

const PREFIX = 'refresh:';
/** How often those who wait look again, milliseconds. */
const PACE = 50;
/** How often a release is tried again while Redis is away, milliseconds. */
const SLOW_PACE = 500;

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
    // Until Redis says no: it may have taken a command whose answer never came.
    let taken: 'OK' | null = 'OK';
    try {
      taken = await askRedis('The lock', this.#redis.set(key, holder, 'PX', this.#ttl, 'NX'));
      return taken && (await act());
    } finally {
      if (taken) await this.#release(key, holder);
    }
  }

  /**
   * Resolves when nobody holds the lock any more.
   *
   * @returns whether it was released; false when its time ran out, so that its holder has died.
   */
  async wait(sessionId: string): Promise<boolean> {
    let expiry = Number.POSITIVE_INFINITY;
    for (;;) {
      const askedAt = performance.now();
      const left = await askRedis('The lock', this.#redis.pttl(PREFIX + sessionId));
      if (left < 0) return askedAt < expiry - PACE;
      expiry = askedAt + left;
      await setTimeout(PACE);
    }
  }

  /** Compare and delete: after the time limit the lock may be somebody else's. */
  async #release(key: string, holder: string): Promise<void> {
    const release = () => this.#redis.releaseLock(key, holder);
    await release().catch(() => void this.#releaseLater(release));
  }

  /** Redis is away: when it comes back, nobody should have to wait for the time limit. */
  async #releaseLater(release: () => Promise<number>): Promise<void> {
    const end = performance.now() + this.#ttl;
    while (performance.now() < end) {
      await setTimeout(SLOW_PACE, null, { ref: false });
      if ((await release().catch(() => null)) !== null) return;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { HuggingFaceUnavailable, LogtoUnavailable } from '../errors.ts';
import type { RedisCommands } from '../redis/commands.ts';

const PREFIX = 'refresh:';
/** How often those who wait look again. */
const POLL_INTERVAL_MS = 50;
/** How often a release is tried again while Redis is away. */
const RELEASE_RETRY_MS = 500;
/** What a holder leaves when Logto or Hugging Face was unreachable, and for how long: those who wait need not try too. */
const UNREACHABLE = 'unreachable';
const FAILURE_MS = 1000;

type Unavailable = new (message: string) => Error;

interface Work<State, Result> {
  read: () => Promise<State>;
  /** @returns null when that is not what is needed. */
  find: (state: State) => Result | null;
  load: (state: State) => Promise<Result>;
}

/**
 * One refresh at a time for a session, across processes. A process that dies with the lock delays
 * the others until its time has passed, no longer.
 */
export class RefreshLock {
  readonly #redis: RedisCommands;
  readonly #ttlMs: number;
  readonly #Unavailable: Unavailable;

  /** @param Unavailable What those are told who waited for a holder that reached nobody. */
  constructor(redis: RedisCommands, ttlMs: number, Unavailable: Unavailable = LogtoUnavailable) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#Unavailable = Unavailable;
  }

  /**
   * What is found in what is read, or else loaded, by one at a time. Whoever had to wait looks again,
   * and where the result is not what it needs, loads itself.
   *
   * @throws what the constructor was given, when a holder failed that this one waited for.
   */
  async once<State, Result>(sessionId: string, work: Work<State, Result>): Promise<Result> {
    const { read, find, load } = work;
    for (;;) {
      const found = find(await read());
      if (found !== null) return found;
      const mine = await this.tryWith(sessionId, async () => {
        // Somebody may have finished between our reading and our locking.
        const current = await read();
        return find(current) ?? load(current);
      });
      if (mine !== null) return mine;
      await this.#wait(sessionId);
    }
  }

  /** Runs `act` alone and returns its result; null at once when somebody else holds the lock. */
  async tryWith<Result>(sessionId: string, act: () => Promise<Result>): Promise<Result | null> {
    const key = PREFIX + sessionId;
    const holder = randomUUID();
    // Until Redis says no: it may have taken a command whose answer never came.
    let isHeld = true;
    let outcome = '';
    try {
      isHeld = (await this.#redis.acquireLock(key, holder, this.#ttlMs, UNREACHABLE)) === 1;
      return isHeld ? await act() : null;
    } catch (error) {
      const isOutage = [LogtoUnavailable, HuggingFaceUnavailable].some(
        (one) => error instanceof one,
      );
      if (isOutage) outcome = UNREACHABLE;
      throw error;
    } finally {
      if (isHeld) await this.#release(key, holder, outcome);
    }
  }

  /** Resolves when nobody holds the lock any more. */
  async #wait(sessionId: string): Promise<void> {
    for (;;) {
      const holder = await this.#redis.get(PREFIX + sessionId);
      if (holder === null) return;
      if (holder === UNREACHABLE) {
        throw new this.#Unavailable('What this request waited for has failed');
      }
      await setTimeout(POLL_INTERVAL_MS);
    }
  }

  /** Compare and delete: after the time limit the lock may be somebody else's. */
  async #release(key: string, holder: string, outcome: string): Promise<void> {
    const release = () => this.#redis.releaseLock(key, holder, outcome, FAILURE_MS);
    await release().catch(() => void this.#releaseLater(release));
  }

  /** Redis is away: when it comes back, nobody should have to wait for the time limit. */
  async #releaseLater(release: () => Promise<number>): Promise<void> {
    const end = performance.now() + this.#ttlMs;
    while (performance.now() < end) {
      await setTimeout(RELEASE_RETRY_MS, null, { ref: false });
      if ((await release().catch(() => null)) !== null) return;
    }
  }
}

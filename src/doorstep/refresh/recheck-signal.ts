import { createHash, randomUUID } from 'node:crypto';
import type { RedisCommands } from '../redis/commands.ts';
import type { SessionUser } from '../session/record.ts';

const KEY = 'recheck-all';
/** As long as access tokens may live that say what was so before. */
const LIFE_MS = 24 * 60 * 60_000;
const POLL_INTERVAL_MS = 1000;
/**
 * What a session was told within this after a change may have been asked before it, and the clocks of
 * two processes may differ by as much.
 */
const SETTLE_MS = 10_000;
/** Over which sessions are spread after that: not all of them may ask Logto in one second. */
const SPREAD_MS = 50_000;

/**
 * For changes at Logto that may concern anybody, a role's permissions for example: every process looks
 * at one key each second, and within a minute each session in use asks Logto at its next request.
 */
export class RecheckSignal {
  readonly #redis: RedisCommands;
  readonly #now: () => number;
  #seen: string | null = null;
  /** When there was a change, by our clock; those of the last minute, and the last one in any case. */
  #changes: number[] = [];
  #isPolling = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: RedisCommands, now: () => number) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Looks at the key each second, until {@link stop}. It keeps no process alive. */
  start(): void {
    this.#timer = setInterval(() => void this.#poll(), POLL_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** There was a change: tells all processes. */
  async send(): Promise<void> {
    const value = randomUUID();
    await this.#redis.psetex(KEY, LIFE_MS, value);
    this.#note(value, this.#now());
  }

  /** Whether there was a change since Logto was last asked about this session. */
  concerns({ checkedAt }: Pick<SessionUser, 'checkedAt'>): boolean {
    return checkedAt <= (this.#changes.at(-1) ?? Number.NEGATIVE_INFINITY) + SETTLE_MS;
  }

  /** Whether it is this session's turn to ask; once within the minute, however many changes there are. */
  isDue(sessionId: string, user: Pick<SessionUser, 'checkedAt'>): boolean {
    // Nearly every page ends here.
    if (!this.concerns(user)) return false;
    const now = this.#now();
    if (user.checkedAt > now - SPREAD_MS) return false;
    const turnMs = SETTLE_MS + SPREAD_MS * shareOf(sessionId);
    return this.#changes.some((at) => user.checkedAt <= at + SETTLE_MS && now >= at + turnMs);
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      const [value, left] = await this.#redis.readMark(KEY);
      if (value !== null && value !== this.#seen) this.#note(value, this.#now() - (LIFE_MS - left));
    } catch {
      // Redis is away, which others say; the next look is in a second.
    } finally {
      this.#isPolling = false;
    }
  }

  #note(value: string, at: number): void {
    this.#seen = value;
    const minuteAgo = this.#now() - SETTLE_MS - SPREAD_MS;
    this.#changes = [...this.#changes.filter((earlier) => earlier > minuteAgo), at].slice(-60);
  }
}

/** From 0 to 1, always the same for a session. */
const shareOf = (sessionId: string): number =>
  createHash('sha256').update(sessionId).digest().readUInt32BE() / 2 ** 32;

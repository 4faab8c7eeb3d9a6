import { LogtoUnavailable } from '../errors.ts';
import { withTimeout } from '../promises.ts';

/** A failure answers everybody who asks within this time: Logto in trouble is not asked more often. */
const FAILURE_MS = 1000;

export interface SharedValueOptions<Value> {
  /** Asks Logto, with a time limit of its own. */
  load: () => Promise<Value>;
  maxAgeMs: number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Something of Logto's that the whole process shares: one attempt for all who wait, each of whom
 * waits no longer than its own time limit. A failure is not tried again for a second.
 */
export class SharedValue<Value> {
  readonly #options: SharedValueOptions<Value>;
  #loaded: { value: Value; at: number } | undefined;
  #failed: { error: unknown; at: number } | undefined;
  #attempt: Promise<Value> | undefined;

  constructor(options: SharedValueOptions<Value>) {
    this.#options = options;
  }

  /** Whether somebody is asking Logto right now. */
  get isLoading(): boolean {
    return this.#attempt !== undefined;
  }

  /**
   * @param timeoutMs How long this one waits at most, from now on.
   * @param maxAgeMs Asks Logto unless the value is younger than this.
   * @throws what the attempt ended with, or {@link LogtoUnavailable} when the time is over.
   */
  async get(timeoutMs: number, maxAgeMs = this.#options.maxAgeMs): Promise<Value> {
    if (this.#loaded && this.#isWithin(maxAgeMs, this.#loaded.at)) return this.#loaded.value;
    if (!this.#attempt && this.#failed && this.#isWithin(FAILURE_MS, this.#failed.at)) {
      throw this.#failed.error;
    }
    this.#attempt ??= this.#load();
    return withTimeout(this.#attempt, timeoutMs, () => {
      throw new LogtoUnavailable('Logto could not be reached in time');
    });
  }

  async #load(): Promise<Value> {
    try {
      const value = await this.#options.load();
      this.#loaded = { value, at: this.#options.now() };
      this.#failed = undefined;
      return value;
    } catch (error) {
      this.#failed = { error, at: this.#options.now() };
      throw error;
    } finally {
      this.#attempt = undefined;
    }
  }

  /** A clock that was turned back makes nothing younger. */
  #isWithin(ageMs: number, at: number): boolean {
    const age = this.#options.now() - at;
    return age >= 0 && age < ageMs;
  }
}

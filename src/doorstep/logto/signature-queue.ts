/** Two at a time: a check takes about a millisecond in Node's thread pool, which others need too. */
const MAX_RUNNING = 2;
/** In a second, whoever asks: a fifth of one core at most. */
const MAX_STARTS_PER_SECOND = 200;
/** More than ten seconds' worth would be answered after Logto has given up. */
const MAX_WAITING = 2000;
/** After a failed check, an address goes last for this long. */
const FAILING_MS = 60_000;
const MAX_FAILING_ADDRESSES = 10_000;

/** There was no room, or somebody with fewer failures needed it. Nothing was checked. */
export class SignatureQueueFull extends Error {
  override name = 'SignatureQueueFull';
}

interface Job {
  start: () => void;
  drop: () => void;
}

/**
 * Signatures of tokens that anybody can send: checked some at a time, so many in a second, and those
 * of addresses with a failed one behind everybody else's. Nobody is turned away for their address
 * alone: behind a proxy, a good token comes from the same one as all the bad ones.
 */
export class SignatureQueue {
  readonly #waiting: { good: Job[]; failing: Job[] } = { good: [], failing: [] };
  /** Until when, in the time of `performance.now()`; in the order in which they were noted. */
  readonly #failing = new Map<string, number>();
  #running = 0;
  #startedAt: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param address Whose token it is.
   * @throws {SignatureQueueFull}, or what `check` throws: then its address goes last for a minute.
   */
  async run<Result>(address: string, check: () => Promise<Result>): Promise<Result> {
    await this.#turn(this.#isFailing(address) ? 'failing' : 'good');
    try {
      return await check();
    } catch (error) {
      this.#noteFailure(address);
      throw error;
    } finally {
      this.#running -= 1;
      this.#startNext();
    }
  }

  #turn(kind: 'good' | 'failing'): Promise<void> {
    const { good, failing } = this.#waiting;
    return new Promise((resolve, reject) => {
      const drop = () => reject(new SignatureQueueFull('Too many signatures wait to be checked'));
      if (good.length + failing.length >= MAX_WAITING) {
        // Of those that go last, the one that has waited least.
        const dropped = kind === 'good' ? failing.pop() : undefined;
        if (!dropped) return drop();
        dropped.drop();
      }
      this.#waiting[kind].push({ start: resolve, drop });
      this.#startNext();
    });
  }

  #startNext(): void {
    const { good, failing } = this.#waiting;
    while (this.#running < MAX_RUNNING && good.length + failing.length > 0) {
      const waitMs = this.#untilNextStart();
      if (waitMs > 0) {
        this.#startLater(waitMs);
        return;
      }
      this.#running += 1;
      this.#startedAt.push(performance.now());
      (good.shift() ?? failing.shift())?.start();
    }
  }

  #untilNextStart(): number {
    const since = performance.now() - 1000;
    this.#startedAt = this.#startedAt.filter((at) => at > since);
    const [oldest = since] = this.#startedAt;
    return this.#startedAt.length < MAX_STARTS_PER_SECOND ? 0 : oldest - since;
  }

  #startLater(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#startNext();
    }, Math.ceil(waitMs));
  }

  #isFailing(address: string): boolean {
    return (this.#failing.get(address) ?? 0) > performance.now();
  }

  #noteFailure(address: string): void {
    this.#failing.delete(address);
    this.#failing.set(address, performance.now() + FAILING_MS);
    const [oldest] = this.#failing.keys();
    if (this.#failing.size > MAX_FAILING_ADDRESSES && oldest !== undefined) {
      this.#failing.delete(oldest);
    }
  }
}

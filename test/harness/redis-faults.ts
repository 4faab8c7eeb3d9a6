import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisCommands } from '../../src/doorstep/redis/commands.ts';
import { intercept } from '../../src/doorstep/redis/intercept.ts';

/** Picks commands by the method's name and the one key that each of them touches. */
type Matches = (command: string, key: string) => boolean;

/** Commands that get no answer until they are released. */
export interface Hang {
  /** How many have been asked so far. */
  count(): number;
  release(): void;
}

const READS = new Set(['get', 'getBuffer', 'getexBuffer', 'pttl']);

export const readsSession: Matches = (command, key) =>
  key.startsWith('session:') && READS.has(command);

/** By whatever command: also one that is not there yet. */
export const writesSession: Matches = (command, key) =>
  key.startsWith('session:') && !READS.has(command);

/** Stands between the app and its Redis: what matches is late, fails, or gets no answer. */
export class RedisFaults {
  /** Every command, the oldest first; those that failed or hang are among them. */
  readonly asked: { command: string; key: string }[] = [];
  /** The names of commands; those in one array waited for no answer that another of it did not wait for. */
  readonly roundTrips: string[][] = [];
  #answered = 0;
  readonly #inStep: boolean;
  #underWay: unknown[] = [];
  #allAnswered: Promise<void> | undefined;
  readonly #rules: { matches: Matches; before: () => Promise<unknown> }[] = [];
  readonly #hangs: Hang[] = [];

  /**
   * @param options.inStep the answers of a round trip arrive together, when the last one is there: so
   *   {@link roundTrips} does not depend on how fast each is.
   */
  constructor({ inStep = false } = {}) {
    this.#inStep = inStep;
  }

  /** For `wrapRedis`. One object may stand before several connections. */
  readonly wrap = (redis: RedisCommands): RedisCommands =>
    intercept(redis, (command, [first], call) => {
      const key = String(first);
      this.asked.push({ command, key });
      const found = this.#rules.filter(({ matches }) => matches(command, key));
      if (found.length === 0) return this.#inRoundTrip(command, call());
      return Promise.all(found.map(({ before }) => before())).then(() => call());
    });

  /** Forgets what was asked until now. */
  reset(): void {
    this.asked.length = 0;
    this.roundTrips.length = 0;
    this.#answered = 0;
    this.#underWay = [];
    this.#allAnswered = undefined;
  }

  #inRoundTrip(command: string, answer: unknown): unknown {
    const number = this.#answered;
    this.roundTrips[number] = [...(this.roundTrips[number] ?? []), command];
    if (!(answer instanceof Promise)) return answer;
    if (this.#inStep) {
      this.#underWay.push(answer);
      this.#allAnswered ??= this.#waitForAll(number);
      return this.#allAnswered.then(() => answer);
    }
    return answer.finally(() => {
      this.#answered = Math.max(this.#answered, number + 1);
    });
  }

  /** For those too that are asked meanwhile. */
  async #waitForAll(number: number): Promise<void> {
    const answers = this.#underWay;
    for (let seen = -1; seen < answers.length; ) {
      seen = answers.length;
      await Promise.allSettled(answers);
    }
    this.#underWay = [];
    this.#allAnswered = undefined;
    this.#answered = number + 1;
  }

  delay(matches: Matches, milliseconds: number): void {
    this.#rules.push({ matches, before: () => sleep(milliseconds) });
  }

  fail(matches: Matches, message = 'Redis is away'): void {
    this.#rules.push({ matches, before: () => Promise.reject(new Error(message)) });
  }

  hang(matches: Matches): Hang {
    let count = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = () => {
      count += 1;
      return released;
    };
    this.#rules.push({ matches, before });
    const hang = { count: () => count, release };
    this.#hangs.push(hang);
    return hang;
  }

  /** From now on all is well, also for what hangs. */
  heal(): void {
    this.#rules.length = 0;
    for (const { release } of this.#hangs.splice(0)) release();
  }
}

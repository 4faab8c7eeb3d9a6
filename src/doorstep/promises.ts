import { setTimeout as pause } from 'node:timers/promises';

/** Waits for all of them when one fails, too: what is still being written can't be taken back. */
export async function settleAll<Work extends Promise<unknown>[]>(work: readonly [...Work]) {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** For a failure that is seen to elsewhere, and wherever nothing is to be done. */
export const noop = (): void => {};

/** With thousands at once, Redis would be late for everybody. */
const BATCH_SIZE = 100;

/** Asks for each, a batch at a time. @returns the answers in the order of the items. */
export async function mapInBatches<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < items.length) {
    const batch = items.slice(answers.length, answers.length + BATCH_SIZE);
    answers.push(...(await Promise.all(batch.map(ask))));
  }
  return answers;
}

/**
 * Waits for `work`, but no longer than `timeoutMs`: then `onTimeout` says what comes out instead, or
 * throws. The work goes on.
 */
export async function withTimeout<Value>(
  work: Promise<Value>,
  timeoutMs: number,
  onTimeout: () => Value,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  }).then(onTimeout);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tries again after each of the delays (milliseconds) while it fails in a way that may pass. */
export async function withRetries<Value>(
  act: () => Promise<Value>,
  delaysMs: readonly number[],
  mayPass: (error: unknown) => boolean,
): Promise<Value> {
  for (const delayMs of delaysMs) {
    try {
      return await act();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    await pause(delayMs, null, { ref: false });
  }
  return act();
}

/** Runs so many at a time; the others wait in the order in which they came. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number, mostWaiting = Number.POSITIVE_INFINITY) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Too many wait already. */
  get isFull(): boolean {
    return this.#running >= this.#most && this.#waiting.length >= this.#mostWaiting;
  }

  /** @throws when too many wait already. */
  async run<Value>(act: () => Promise<Value>): Promise<Value> {
    if (this.#running < this.#most) this.#running += 1;
    else await this.#turn();
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting) throw new Error('Too many wait for their turn');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

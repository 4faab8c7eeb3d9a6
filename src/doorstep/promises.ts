/** Waits for all of them when one fails, too: what is still being written can't be taken back. */
export async function settleAll(work: Promise<unknown>[]): Promise<void> {
  for (const done of await Promise.allSettled(work)) {
    if (done.status === 'rejected') throw done.reason;
  }
}

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

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

import { NoAnswer } from './http.ts';
import { error, type Finding, type Outcome, stop } from './outcome.ts';
import type { World } from './world.ts';

/** One thing to look at. It runs when what it needs is there. */
export interface Check<In, Out> {
  name: string;
  run(input: In, world: World): Promise<Outcome<Out>>;
}

/** A check on its way: a value for those that build on it, or the name of the one to be put right first. */
export interface Step<T> {
  value: Promise<{ value: T } | { waitsFor: string }>;
}

/** A check that is done. `waitsFor` names the one that kept it from running. */
export interface Result {
  name: string;
  findings: Finding[];
  waitsFor?: string;
}

/** A step whose findings go into the report. */
export interface ReportedStep<T> extends Step<T> {
  result: Promise<Result>;
}

/** Runs checks as soon as what they need is known; those that need nothing of each other run side by side. */
export class Checkup {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  first<Out>(check: Check<null, Out>): ReportedStep<Out> {
    return this.after({ value: Promise.resolve({ value: null }) }, check);
  }

  after<In, Out>(step: Step<In>, check: Check<In, Out>): ReportedStep<Out> {
    const { name } = check;
    const done = step.value.then(async (before) =>
      'value' in before
        ? { outcome: await runSafely(check, before.value, this.#world) }
        : { waitsFor: before.waitsFor },
    );
    return {
      result: done.then((end) =>
        'outcome' in end
          ? { name, findings: end.outcome.findings }
          : { name, findings: [], waitsFor: end.waitsFor },
      ),
      value: done.then((end) => {
        if (!('outcome' in end)) return { waitsFor: end.waitsFor };
        const { value } = end.outcome;
        return value === undefined ? { waitsFor: name } : { value };
      }),
    };
  }
}

/** For a check that needs two others. */
export const both = <A, B>(first: Step<A>, second: Step<B>): Step<[A, B]> => ({
  value: Promise.all([first.value, second.value]).then(([a, b]) => {
    if (!('value' in a)) return a;
    return 'value' in b ? { value: [a.value, b.value] } : b;
  }),
});

/** For a check that can make use of another, but does without: null then. */
export const ifThere = <T>(step: Step<T>): Step<T | null> => ({
  value: step.value.then((end) => ('value' in end ? end : { value: null })),
});

/** For a check that goes on without another, unless that one found a mistake: then it waits for it. */
export const unlessWrong = <T>(step: ReportedStep<T>): Step<T | null> => ({
  value: Promise.all([step.value, step.result]).then(([end, { name, findings }]) => {
    if ('value' in end) return end;
    const isWrong = findings.some(({ status }) => status === 'error');
    return isWrong ? { waitsFor: name } : { value: null };
  }),
});

async function runSafely<In, Out>(
  check: Check<In, Out>,
  input: In,
  world: World,
): Promise<Outcome<Out>> {
  try {
    return await check.run(input, world);
  } catch (thrown) {
    if (thrown instanceof NoAnswer) return stop(error(thrown.message, thrown.next));
    // Only the kind: the message of an unforeseen error could hold anything.
    const kind = thrown instanceof Error ? thrown.name : typeof thrown;
    return stop(error(`this check itself failed (${kind})`, 'Please report it as a bug.'));
  }
}

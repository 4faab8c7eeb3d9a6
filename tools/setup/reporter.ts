import { createPaint, printableJson } from '../shared/terminal.ts';
import type { Finding } from './areas/area.ts';
import { planAsData, renderDone, renderNextSteps, renderPlan, renderProblems } from './output.ts';
import type { Plan } from './plan.ts';
import type { Settings } from './settings.ts';

export interface Output {
  write(text: string): void;
  /** Columns of the terminal. */
  columns: number;
  colour: boolean;
}

export type Outcome = 'nothing to do' | 'planned' | 'declined' | 'done';

/** Tells how it goes: line by line for a person, as one document for a machine. */
export interface Reporter {
  plan(plan: Plan, settings: Settings): void;
  /** @param why a sentence without its end; Logto is busy unless told otherwise. */
  waiting(ms: number, why?: string): void;
  done(finding: Finding): void;
  end(outcome: Outcome, plan: Plan, settings: Settings): void;
  fail(message: string, problems?: string[]): void;
}

export function createReporter(output: Output, { json }: { json: boolean }): Reporter {
  return json ? jsonReporter(output) : textReporter(output);
}

function textReporter({ write, columns, colour }: Output): Reporter {
  // Longer lines are harder to read, and a column that hides shows nothing.
  const style = { paint: createPaint(colour), width: Math.min(Math.max(columns, 40), 100) };
  let started = false;
  return {
    plan: (plan, settings) => write(`${renderPlan(plan, settings, style)}\n`),
    waiting: (ms, why = 'Logto is busy') =>
      write(`  ${why}. Trying again in ${Math.ceil(ms / 1000)} s.\n`),
    done(finding) {
      started = true;
      write(renderDone(finding, style));
    },
    end(outcome, plan, settings) {
      if (outcome === 'planned') write('Only shown, nothing was changed.\n\n');
      else if (outcome === 'declined') write('Nothing was changed.\n\n');
      else write(renderNextSteps(plan, settings, style));
    },
    fail(message, problems = []) {
      write(renderProblems(message, problems, style));
      if (started) write('  What is ticked off stays. Running it again does the rest.\n');
    },
  };
}

function jsonReporter({ write }: Output): Reporter {
  const done: string[] = [];
  let shown: object = {};
  const print = (document: object) => write(`${printableJson(document)}\n`);
  return {
    plan: (plan) => {
      shown = planAsData(plan);
    },
    waiting: () => {},
    done: ({ title }) => void done.push(title),
    end: (outcome) => print({ outcome, ...shown, done }),
    fail: (message, problems = []) =>
      print({ outcome: 'failed', error: { message, problems }, ...shown, done }),
  };
}

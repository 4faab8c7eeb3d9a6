import { contenders } from './contenders.ts';
import type { Sample } from './measure.ts';
import { scenarios, WHOLE_SIGN_IN } from './scenarios.ts';

/** What is asked of Doorstep alone: how its cost grows. */
export interface Finding {
  what: string;
  goal: string;
  found: string;
}

export interface Results {
  date: string;
  versions: Record<string, string>;
  machine: { cpu: string; cores: number; pinned: boolean };
  samples: Sample[];
  findings: Finding[];
}

/** Of all rounds: the middle, and how far they went. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

type Measure = 'cpu' | 'perSecond' | 'p50' | 'p99' | 'memory';

/**
 * Doorstep against a contender: round by round, so that what disturbs a round disturbs both.
 *
 * @returns null where one of them was not measured.
 */
export function ratio(
  { samples }: Pick<Results, 'samples'>,
  { scenario, against, of = 'cpu' }: { scenario: string; against: string; of?: Measure },
): Spread | null {
  const pick = (contender: string, round: number) =>
    samples.find(
      (sample) =>
        sample.contender === contender && sample.scenario === scenario && sample.round === round,
    );
  const rounds = [...new Set(samples.map(({ round }) => round))];
  const ratios = rounds.flatMap((round) => {
    const ours = pick('doorstep', round);
    const theirs = pick(against, round);
    return ours && theirs ? [ours[of] / theirs[of]] : [];
  });
  return ratios.length > 0 ? spreadOf(ratios) : null;
}

export function spreadOf(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(0),
    high: at(sorted.length - 1),
  };
}

const MEASURES: { of: Measure; title: string }[] = [
  { of: 'cpu', title: 'CPU time per request: Doorstep ÷ the other (under 1: Doorstep is cheaper)' },
  {
    of: 'perSecond',
    title: 'Requests a second: Doorstep ÷ the other (over 1: Doorstep is faster)',
  },
  { of: 'p50', title: 'p50: Doorstep ÷ the other' },
  { of: 'p99', title: 'p99: Doorstep ÷ the other' },
  { of: 'memory', title: 'Resident memory: Doorstep ÷ the other' },
];

/** Markdown: for each measure one table, contenders down, routes across, median (lowest–highest). */
export function table(results: Results): string {
  const { date, versions, machine } = results;
  const rounds = new Set(results.samples.map(({ round }) => round)).size;
  const node = versions.node ?? '';
  const pinned = machine.pinned ? 'server and load pinned apart' : 'not pinned';
  const head = `${date}, Node ${node}, ${rounds} interleaved rounds, ${machine.cores} cores, ${pinned}`;
  return [head, ...MEASURES.map(({ of, title }) => `${title}\n\n${tableOf(results, of)}`)].join(
    '\n\n',
  );
}

function tableOf(results: Results, of: Measure): string {
  const columns = [...scenarios, WHOLE_SIGN_IN];
  const present = new Set(results.samples.map(({ contender }) => contender));
  const rows = contenders
    .filter(({ name }) => name !== 'doorstep' && present.has(name))
    .map(({ name, title }) => [
      title,
      ...columns.map((scenario) =>
        show(ratio(results, { scenario: scenario.name, against: name, of })),
      ),
    ]);
  return markdown([['', ...columns.map(({ title }) => title)], ...rows]);
}

export const findingsTable = (findings: Finding[]): string =>
  markdown([
    ['Doorstep alone', 'goal', 'found'],
    ...findings.map(({ what, goal, found }) => [what, goal, found]),
  ]);

export function show(spread: Spread | null): string {
  if (!spread) return '–';
  const { median, low, high } = spread;
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

export function markdown(rows: string[][]): string {
  const widths = rows[0]?.map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `|${widths?.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

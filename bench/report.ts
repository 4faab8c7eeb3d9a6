import { contenders } from './contenders.ts';
import { figures, type Measure, type Results, ratio, undisturbed } from './results.ts';
import { columns } from './scenarios.ts';
import { disturbanceOf, halfWidth, type Interval, median } from './statistics.ts';

const RATIOS: { of: Measure; title: string }[] = [
  { of: 'cpu', title: 'CPU time per request: Doorstep ÷ the other (under 1: Doorstep is cheaper)' },
  { of: 'p50', title: 'p50: Doorstep ÷ the other' },
  { of: 'p99', title: 'p99: Doorstep ÷ the other' },
  { of: 'memory', title: 'Resident memory under load: Doorstep ÷ the other' },
];

/** Markdown: how it was measured, ratios, and absolute figures. */
export function report(results: Results): string {
  const ratios = RATIOS.map(({ of, title }) => `${title}\n\n${ratiosTable(results, of)}`);
  return [head(results), ...ratios, `Absolute\n\n${absoluteTable(results)}`].join('\n\n');
}

/** The date, the machine, the slices that were discarded, and how wide the intervals are. */
function head(results: Results): string {
  const { date, versions, machine, slices, warmth, rate } = results;
  const causes = slices.map(({ busy }) => disturbanceOf(busy));
  const count = (cause: string) => causes.filter((each) => each === cause).length;
  const cold = warmth.filter(({ flat }) => !flat);
  const widths = allRatios(results).map(halfWidth);
  const percent = (share: number) => `± ${(share * 100).toFixed(1)} %`;
  return [
    `${date}, Node ${versions.node ?? ''}, ${machine.cores} cores, ${machine.pinned ? 'server and load pinned apart' : 'not pinned'}, ${slices.length} slices.`,
    `Disturbed: ${count('steal')} by steal, ${count('other processes')} by other processes.`,
    widths.length > 0
      ? `Intervals of CPU ratios: ${percent(median(widths))} in the middle, ${percent(Math.max(...widths))} at the widest.`
      : 'No CPU ratio has an interval: too few undisturbed slices.',
    cold.length > 0
      ? `Not flat after warming up: ${cold.map(({ contender, scenario }) => `${contender} (${scenario})`).join(', ')}.`
      : 'All contenders were flat after warming up.',
    ...(rate ? [`The open loop: ${rate} requests a second.`] : []),
  ].join('\n');
}

/** The CPU ratios of all contenders and scenarios that have an interval. */
export function allRatios({ slices }: Pick<Results, 'slices'>): Interval[] {
  const counted = undisturbed(slices);
  return contenders.flatMap(({ name: against }) =>
    columns.flatMap(({ name: scenario }) => {
      const found = against === 'doorstep' ? null : ratio(counted, { scenario, against });
      return found ? [found] : [];
    }),
  );
}

function ratiosTable({ slices }: Results, of: Measure): string {
  const counted = undisturbed(slices);
  const rows = measured(slices).flatMap(({ name, title }) => {
    if (name === 'doorstep') return [];
    const cells = columns.map(({ name: scenario }) =>
      show(ratio(counted, { scenario, against: name, of })),
    );
    return [[title, ...cells]];
  });
  return markdown([['', ...columns.map(({ title }) => title)], ...rows]);
}

/** Medians of undisturbed slices; requests a second are those of one core. */
function absoluteTable({ slices, starts, atRest }: Results): string {
  const counted = undisturbed(slices);
  const rows = measured(slices).map(({ name, title, kind, verifies }) => {
    const of = (measure: Measure, scenario: string, digits: number, unit = 1) => {
      const found = figures(counted, name, scenario).map((each) => each[measure] / unit);
      return found.length > 0 ? median(found).toFixed(digits) : '–';
    };
    const started = starts[name] ?? [];
    const rest = atRest[name];
    return [
      title,
      verifies ?? '–',
      kind === 'bound' ? '–' : kind === 'cookie' ? 'no' : 'yes',
      of('perSecond', 'home-in', 0),
      ...['home-in', 'home-in-64', 'home-in-open'].map(
        (scenario) => `${of('p50', scenario, 1)} / ${of('p99', scenario, 1)}`,
      ),
      of('generator', 'home-in', 2),
      of('generator', 'home-in-64', 2),
      started.length > 0 ? median(started).toFixed(0) : '–',
      rest ? (rest / 2 ** 20).toFixed(0) : '–',
      of('memory', 'home-in', 0, 2 ** 20),
    ];
  });
  const titles = [
    '',
    'ID token trusted by',
    'sign-out on the server',
    'pages/s at one core',
    'p50 / p99, 16 connections, ms',
    '64 connections',
    'at one rate',
    'load generator, cores',
    'with 64',
    'start to listening, ms',
    'MiB at rest',
    'MiB under load',
  ];
  return markdown([titles, ...rows]);
}

const measured = (slices: Results['slices']) =>
  contenders.filter(({ name }) => slices.some(({ bursts }) => name in bursts));

export const versionsLine = ({ versions }: Results): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

export const findingsTable = ({ findings }: Results): string =>
  markdown([
    ['Doorstep alone', 'goal', 'found'],
    ...findings.map(({ what, goal, found }) => [what, goal, found]),
  ]);

export function show(interval: Interval | null): string {
  if (!interval) return '–';
  const { median: middle, low, high } = interval;
  return `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

export function markdown(rows: string[][]): string {
  const widths = rows[0]?.map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...body] = rows;
  const rule = `|${widths?.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(first), rule, ...body.map(line)].join('\n');
}

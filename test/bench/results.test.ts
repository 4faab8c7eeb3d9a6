import { describe, expect, it } from 'vitest';
import { compare } from '../../bench/compare.ts';
import { contenders } from '../../bench/contenders.ts';
import { goals, goalsTable } from '../../bench/goals.ts';
import type { Figures, Slice } from '../../bench/measure.ts';
import { report } from '../../bench/report.ts';
import { type Results, ratio, undisturbed } from '../../bench/results.ts';

const CALM = { wall: 800, all: 1000, own: 990, steal: 0 };

const figures = (cpu: number): Figures => ({
  cpu,
  perSecond: 1e6 / cpu,
  p50: cpu / 100,
  p99: cpu / 10,
  memory: 100 * 2 ** 20,
  generator: 0.4,
});

function slice(scenario: string, cpu: Record<string, number>, busy = CALM): Slice {
  const bursts = Object.entries(cpu).map(([name, each]) => [name, figures(each)] as const);
  return { scenario, bursts: Object.fromEntries(bursts), busy };
}

const repeated = (one: Slice, count = 9) => Array<Slice>(count).fill(one);

const resultsOf = (slices: Slice[]): Results => ({
  date: '2026-11-27',
  versions: { node: 'v24.0.0' },
  machine: { cpu: 'a CPU', cores: 2, pinned: true },
  rate: 500,
  warmth: [{ contender: 'plain', scenario: 'home-in', bursts: 24, flat: false }],
  slices,
  starts: { doorstep: [600, 610, 620, 630, 640], plain: [500, 500, 500, 500, 500] },
  atRest: { doorstep: 90 * 2 ** 20 },
  findings: [],
});

describe('a ratio', () => {
  it('is of the slice that has both, and of that scenario', () => {
    const slices = [
      ...repeated(slice('home-in', { doorstep: 300, plain: 600 })),
      ...repeated(slice('home-in', { doorstep: 900, fastify: 900 })),
      ...repeated(slice('start', { doorstep: 500, plain: 100 })),
    ];
    expect(ratio(slices, { scenario: 'home-in', against: 'plain' })).toEqual({
      median: 0.5,
      low: 0.5,
      high: 0.5,
      count: 9,
    });
    expect(ratio(slices, { scenario: 'home-in', against: 'hono' })).toBeNull();
  });

  it('is not moved by what slows a whole slice', () => {
    const slices = [1, 3, 2, 5, 4].map((slow) =>
      slice('home-in', { doorstep: 300 * slow, plain: 600 * slow }),
    );
    expect(ratio(slices, { scenario: 'home-in', against: 'plain' })?.high).toBe(0.5);
  });
});

it('disturbed slices do not count, and are told', () => {
  const calm = repeated(slice('home-in', { doorstep: 300, plain: 600 }));
  const stolen = slice('home-in', { doorstep: 900, plain: 600 }, { ...CALM, steal: 200 });
  const shared = slice('home-in', { doorstep: 900, plain: 600 }, { ...CALM, own: 500 });
  const slices = [...calm, stolen, shared, shared];
  expect(undisturbed(slices)).toEqual(calm);
  const text = report(resultsOf(slices));
  expect(text).toContain('Disturbed: 1 by steal, 2 by other processes.');
  expect(text).toContain('Not flat after warming up: plain (home-in).');
  expect(text).toContain('± 0.0 % at the widest');
});

describe('goals', () => {
  it('are each about a contender that there is', () => {
    for (const { what, against } of goals) {
      expect(contenders.filter(against), what).not.toEqual([]);
    }
  });

  it('of whole sign-ins compare with those who verify signatures', () => {
    const [goal] = goals.filter(({ scenario }) => scenario === 'sign-in');
    const names = contenders.filter((contender) => goal?.against(contender));
    expect(names.map(({ name }) => name)).toEqual([
      'plain',
      'better-auth',
      'passport-verifying',
      'fastify-verifying',
      'hono-verifying',
    ]);
  });

  it('are met, missed or undecided', () => {
    const unsure = [0.3, 0.35, 0.4, 0.6, 0.62, 0.65, 0.5].map((share) =>
      slice('home-in', { doorstep: share * 1000, passport: 1000 }),
    );
    const table = goalsTable(
      resultsOf([
        ...repeated(slice('home-in', { doorstep: 300, plain: 900, floor: 100 })),
        ...unsure,
      ]),
    );
    const line = (what: string) => table.split('\n').find((row) => row.includes(what));
    expect(line('home, signed in ÷ @logto/express')).toMatch(/0\.33 .*\| met /);
    expect(line('home, signed in ÷ lower bound')).toMatch(/3\.00 .*\| missed /);
    expect(line('home, signed in ÷ passport')).toMatch(/0\.50 .*\| undecided /);
    expect(line('start to listening ÷ @logto/express')).toMatch(/1\.24 .*\| met /);
    expect(line('÷ better-auth')).toBeUndefined();
  });
});

it('two runs are compared median by median', () => {
  const run = (plain: number) =>
    resultsOf([
      ...repeated(slice('home-in', { doorstep: 300, plain })),
      ...repeated(slice('start', { doorstep: 300, plain: 300 })),
    ]);
  const text = compare(run(600), run(545.4));
  expect(text).toContain('0.500, 0.550: 10.0 %');
  expect(text).toContain('1 of 2 medians agree within 5 %');
  expect(compare(run(600), resultsOf([]))).toContain('Nothing was measured in both runs.');
});

import type { Browser } from '../test/demo/browser.ts';
import { applyLoad } from './load.ts';
import { cpuTime, machineTime, memory } from './machine.ts';
import type { Options } from './options.ts';
import { columns, type Scenario, takesPart, type Visitor } from './scenarios.ts';
import { cookiesFor, forgetApp, signIn } from './sign-in.ts';
import { type Busy, isFlat, percentile, seeded, shuffled } from './statistics.ts';
import type { Running } from './world.ts';

/** One burst. Times of the sign-in are those of the whole way, the provider's share included. */
export interface Figures {
  /** CPU time of the contender for one request or sign-in, microseconds. */
  cpu: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Resident memory afterwards, bytes. */
  memory: number;
  /** CPU time of the load generator, as a share of one core. */
  generator: number;
}

/** Doorstep and one or two others, one right after the other, in random order. */
export interface Slice {
  scenario: string;
  /** By the contender's name. */
  bursts: Record<string, Figures>;
  busy: Busy;
}

/** Whether a contender no longer got quicker, and after how many bursts. */
export interface Warmth {
  contender: string;
  scenario: string;
  bursts: number;
  flat: boolean;
}

/** A contender with a browser that has signed in there. */
export interface Subject {
  app: Running;
  visitor: Visitor;
  browser: Browser;
}

type Way = (typeof columns)[number];

/** What is measured: who, how, and which processes are the benchmark's own. */
export interface Plan {
  subjects: Subject[];
  ways: Way[];
  pids: number[];
  options: Options;
  tell: (text: string) => void;
}

/** Signs in once, and keeps what the load will send. */
export async function prepare(app: Running, browser: Browser): Promise<Subject> {
  await signIn(browser, app);
  const cookies = cookiesFor(browser);
  forgetApp(browser);
  return { app, browser, visitor: { cookies } };
}

/** Bursts until the contender's rate is flat, for each way in which it will be measured. */
export async function warmUp({ subjects, ways, options, tell }: Plan): Promise<Warmth[]> {
  const found: Warmth[] = [];
  for (const subject of subjects) {
    tell(`warming up: ${subject.app.title}`);
    for (const way of ways.filter((each) => takesPart(subject.app, each))) {
      // An open loop asks for the same page as another way, which has warmed it.
      if ('openLoop' in way && way.openLoop) continue;
      const cpu: number[] = [];
      while (cpu.length < options.warmUp.atMost && !isFlat(cpu, options.warmUp)) {
        cpu.push((await burst(subject, way, options)).cpu);
      }
      const flat = isFlat(cpu, options.warmUp);
      found.push({ contender: subject.app.name, scenario: way.name, bursts: cpu.length, flat });
    }
  }
  return found;
}

/** Half of what the slowest answers in a closed loop: so nobody is overrun. Requests a second. */
export async function rateForAll({ subjects, ways, options }: Plan): Promise<number | undefined> {
  const way = ways.find((each) => 'openLoop' in each && each.openLoop);
  if (!way) return undefined;
  const rates: number[] = [];
  for (const subject of subjects.filter(({ app }) => takesPart(app, way))) {
    rates.push((await burst(subject, way, options)).perSecond);
  }
  return Math.round(Math.min(...rates) / 2);
}

/** Rounds of all slices in random order, until the time is over. */
export async function measureSlices(plan: Plan, rate: number | undefined): Promise<Slice[]> {
  const { options, tell } = plan;
  const random = seeded(options.seed);
  const end = performance.now() + options.minutes * 60_000;
  const slices: Slice[] = [];
  for (let round = 1; round <= options.rounds && performance.now() < end; round += 1) {
    tell(`round ${round}, ${Math.ceil((end - performance.now()) / 60_000)} minutes left`);
    const order = shuffled(
      plan.ways.flatMap((way) => groupsOf(plan.subjects, way, random)),
      random,
    );
    for (const { way, group } of order) {
      if (performance.now() > end) break;
      slices.push(await measureSlice(way, group, plan, rate));
    }
  }
  return slices;
}

/** Doorstep with one or two others each: nobody is far in time from whom it is compared with. */
function groupsOf(subjects: Subject[], way: Way, random: () => number) {
  const takers = subjects.filter(({ app }) => takesPart(app, way));
  const doorstep = takers.filter(({ app }) => app.name === 'doorstep');
  const others = shuffled(
    takers.filter(({ app }) => app.name !== 'doorstep'),
    random,
  );
  const groups: { way: Way; group: Subject[] }[] = [];
  while (others.length > 0) {
    groups.push({ way, group: shuffled([...others.splice(0, 2), ...doorstep], random) });
  }
  return groups;
}

async function measureSlice(
  way: Way,
  group: Subject[],
  { pids, options }: Plan,
  rate: number | undefined,
): Promise<Slice> {
  const before = machineTime(pids);
  const bursts: Slice['bursts'] = {};
  for (const subject of group) bursts[subject.app.name] = await burst(subject, way, options, rate);
  const after = machineTime(pids);
  const busy: Busy = {
    wall: after.wall - before.wall,
    all: after.all - before.all,
    own: after.own - before.own,
    steal: after.steal - before.steal,
  };
  return { scenario: way.name, bursts, busy };
}

const burst = (subject: Subject, way: Way, { requests, signIns }: Options, rate?: number) =>
  'request' in way ? load(subject, way, requests, rate) : wholeSignIns(subject, signIns);

/** @returns the figures of so many requests, after a lead-in that fills the CPU's caches. */
export async function load(
  { app, visitor }: Pick<Subject, 'app' | 'visitor'>,
  scenario: Scenario,
  requests: number,
  rate?: number,
): Promise<Figures> {
  const meter = meterOf(app);
  const { port } = app;
  const { connections } = scenario;
  const { seconds, latencies } = await applyLoad({
    port,
    connections,
    requests,
    request: scenario.request(app, visitor),
    status: scenario.status(app),
    leadIn: Math.max(32, connections),
    onBegin: meter.begin,
    rate: scenario.openLoop ? rate : undefined,
  });
  return { ...meter.end(requests), perSecond: requests / seconds, ...percentiles(latencies) };
}

async function wholeSignIns({ app, browser }: Subject, count: number): Promise<Figures> {
  const took = new Float64Array(count);
  const meter = meterOf(app);
  await signIn(browser, app);
  forgetApp(browser);
  meter.begin();
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    await signIn(browser, app);
    took[index] = performance.now() - begun;
    forgetApp(browser);
  }
  const { p50, p99 } = percentiles(took.sort());
  return { ...meter.end(count), perSecond: 1000 / p50, p50, p99 };
}

const percentiles = (sorted: Float64Array) => ({
  p50: percentile(sorted, 0.5),
  p99: percentile(sorted, 0.99),
});

/** What a contender and the load generator spend between `begin` and `end`. */
function meterOf({ pid }: Running) {
  let spent = 0;
  let own = process.cpuUsage();
  let begun = 0;
  return {
    begin() {
      spent = cpuTime(pid);
      own = process.cpuUsage();
      begun = performance.now();
    },
    end(count: number) {
      const wall = (performance.now() - begun) * 1000;
      const { user, system } = process.cpuUsage(own);
      return {
        cpu: (cpuTime(pid) - spent) / count,
        memory: memory(pid),
        generator: (user + system) / wall,
      };
    },
  };
}

/** Starts of all contenders in turn, in random order. @returns milliseconds, by name. */
export async function measureStarts(
  { subjects, options }: Plan,
  startTime: (app: Running) => Promise<number>,
): Promise<Record<string, number[]>> {
  const random = seeded(options.seed);
  const found: Record<string, number[]> = {};
  for (let round = 0; round < options.starts; round += 1) {
    for (const { app } of shuffled(subjects, random)) {
      if (app.kind === 'verifying') continue;
      found[app.name] = [...(found[app.name] ?? []), await startTime(app)];
    }
  }
  return found;
}

/** The ways that were asked for by name; all for no name. */
export function waysOf(names: string[]): Way[] {
  return columns.filter(({ name }) => names.length === 0 || names.includes(name));
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBrowser } from '../test/demo/browser.ts';
import { type RedisServer, startRedisServer } from '../test/harness/redis-server.ts';
import { chart } from './chart.ts';
import { compare } from './compare.ts';
import { chosen } from './contenders.ts';
import { experiment } from './experiments.ts';
import { goalsTable } from './goals.ts';
import { machine, stayOffTheServerCores } from './machine.ts';
import {
  measureSlices,
  measureStarts,
  type Plan,
  prepare,
  rateForAll,
  type Subject,
  warmUp,
  waysOf,
} from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { findingsTable, report, versionsLine } from './report.ts';
import { type Results, readResults, undisturbed } from './results.ts';
import { checkSamePage } from './same-page.ts';
import { giveFloorASession } from './stored-session.ts';
import { versionsOf } from './versions.ts';
import { startWorld, type World } from './world.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n\n`);

async function main(options: Options): Promise<void> {
  stayOffTheServerCores();
  const wanted = chosen(options.only, options.against);
  const redis = await startRedisServer();
  try {
    const world = await startWorld(wanted, { node: options.node, redisUrl: redis.url });
    say('signing in everywhere');
    const { subjects, doorstep } = await signInEverywhere(world, redis);
    const results: Results = {
      date: new Date().toISOString().slice(0, 10),
      versions: versionsOf(options.node),
      machine,
      rate: null,
      warmth: [],
      slices: [],
      starts: {},
      atRest: Object.fromEntries(world.running.map((app) => [app.name, app.memoryAtRest])),
      findings: [],
    };
    if (options.parts.includes('contenders')) {
      const ways = waysOf(options.scenarios);
      const pids = await pidsOf(world, redis);
      await measure({ subjects, ways, pids, options, tell: say }, world, results);
    }
    if (options.parts.includes('experiments')) {
      say('Doorstep alone');
      results.findings = await experiment(world, redis, doorstep);
    }
    // Before the tables, so that nothing is lost if one of them fails.
    if (options.save) save(options.save, results);
    printTables(results, options.keepDisturbed);
  } finally {
    await redis.close();
  }
}

async function measure(plan: Plan, world: World, results: Results): Promise<void> {
  results.warmth = await warmUp(plan);
  const rate = await rateForAll(plan);
  results.rate = rate ?? null;
  results.slices = await measureSlices(plan, rate);
  say('starts');
  results.starts = await measureStarts(plan, world.startTime);
}

/** A check as well: somebody is signed in everywhere, and all show the same page. */
async function signInEverywhere(
  world: World,
  redis: RedisServer,
): Promise<{ subjects: Subject[]; doorstep: Subject }> {
  const browser = createBrowser();
  const subjects: Subject[] = [];
  for (const app of world.running.filter(({ signInPath }) => signInPath)) {
    subjects.push(await prepare(app, browser));
  }
  const floor = world.running.find(({ name }) => name === 'floor');
  const doorstep = subjects.find(({ app }) => app.name === 'doorstep');
  if (!floor || !doorstep) throw new Error('The lower bound and Doorstep are always measured');
  const cookies = await giveFloorASession(redis.admin, doorstep);
  subjects.unshift({ app: floor, browser, visitor: { cookies } });
  await checkSamePage(subjects);
  return { subjects, doorstep };
}

/** Whose CPU time does not disturb: contenders, Redis, provider, and the load. */
async function pidsOf(world: World, { admin }: RedisServer): Promise<number[]> {
  const redis = Number(/process_id:(\d+)/.exec(await admin.info('server'))?.[1]);
  return [process.pid, world.providerPid, redis, ...world.running.map(({ pid }) => pid)];
}

function printTables(results: Results, keepDisturbed: boolean): void {
  const counted = keepDisturbed ? countingAll(results) : results;
  const disturbed = results.slices.length - undisturbed(results.slices).length;
  if (keepDisturbed) print(`${disturbed} disturbed slices are counted too, as was asked for.`);
  if (results.slices.length > 0) {
    print(report(counted));
    print(goalsTable(counted));
  }
  if (results.findings.length > 0) print(findingsTable(results));
  print(`Versions: ${versionsLine(results)}`);
}

/** The same, as if nothing had disturbed it. */
function countingAll(results: Results): Results {
  const busy = { wall: 0, all: 0, own: 0, steal: 0 };
  return { ...results, slices: results.slices.map((slice) => ({ ...slice, busy })) };
}

function save(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results)}\n`);
  if (results.slices.length > 0) writeFileSync(join(folder, 'chart.svg'), chart(results));
}

const wish = readOptions(process.argv.slice(2));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
if ('help' in wish) process.stdout.write(wish.help);
else if ('compare' in wish) {
  const [first, second] = wish.compare;
  const read = (file: string) =>
    wish.keepDisturbed ? countingAll(readResults(file)) : readResults(file);
  print(compare(read(first), read(second)));
} else if ('report' in wish) printTables(readResults(wish.report), wish.keepDisturbed);
else {
  await main(wish.run);
  // The contenders still run, and are ended with us.
  process.exit(0);
}

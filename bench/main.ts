import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBrowser } from '../test/demo/browser.ts';
import { startRedisServer } from '../test/harness/redis-server.ts';
import { chart } from './chart.ts';
import { contenders, startWorld } from './contenders.ts';
import { experiment } from './experiments.ts';
import { goalsTable } from './goals.ts';
import { machine, stayOffTheServerCores } from './machine.ts';
import { measureRounds, prepare, type Subject } from './measure.ts';
import { type Options, readOptions } from './options.ts';
import { findingsTable, type Results, table } from './report.ts';
import { checkSamePage } from './same-page.ts';
import { giveFloorASession } from './stored-session.ts';
import { versionsOf } from './versions.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(options: Options): Promise<void> {
  stayOffTheServerCores();
  const wanted = contenders.filter(
    ({ name }) =>
      options.only.length === 0 || ['floor', 'doorstep', ...options.only].includes(name),
  );
  const redis = await startRedisServer();
  try {
    const world = await startWorld(wanted, { node: options.node, redisUrl: redis.url });
    say('signing in everywhere');
    const browser = createBrowser();
    const subjects: Subject[] = [];
    for (const app of world.running.filter(({ signInPath }) => signInPath)) {
      subjects.push(await prepare(app, browser));
    }
    const floor = world.running.find(({ name }) => name === 'floor');
    const doorstep = subjects.find(({ app }) => app.name === 'doorstep');
    if (!floor || !doorstep) throw new Error('The floor and Doorstep are always measured');
    const cookies = await giveFloorASession(redis.admin, doorstep);
    subjects.unshift({ app: floor, browser, visitor: { cookies, form: null } });
    await checkSamePage(subjects);

    const results: Results = {
      date: new Date().toISOString().slice(0, 10),
      versions: versionsOf(options.node),
      machine,
      samples: [],
      findings: [],
    };
    if (options.parts.includes('contenders')) {
      say('warming up');
      results.samples = await measureRounds(subjects, options, say);
      process.stdout.write(`${table(results)}\n\n${goalsTable(results)}\n`);
    }
    if (options.parts.includes('experiments')) {
      say('Doorstep alone');
      results.findings = await experiment(world, redis, doorstep, options);
      process.stdout.write(`\n${findingsTable(results.findings)}\n`);
    }
    if (options.save) save(options.save, results);
  } finally {
    await redis.close();
  }
}

function save(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results)}\n`);
  if (results.samples.length > 0) writeFileSync(join(folder, 'chart.svg'), chart(results));
}

const options = readOptions(process.argv.slice(2));
if (options) {
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
  await main(options);
  // The contenders still run, and are ended with us.
  process.exit(0);
}

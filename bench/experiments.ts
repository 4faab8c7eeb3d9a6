import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { SESSION_PURPOSE, Sealer } from '../src/doorstep/operator.ts';
import { createBrowser } from '../test/demo/browser.ts';
import { type RedisServer, startRedisServer } from '../test/harness/redis-server.ts';
import { SESSION_SECRET } from './contenders.ts';
import { machine } from './machine.ts';
import { load, prepare, type Subject } from './measure.ts';
import { memoryOfOnePerson } from './redis-memory.ts';
import { show } from './report.ts';
import type { Finding } from './results.ts';
import { homeSignedIn as PAGE } from './scenarios.ts';
import { bootstrapped, type Interval } from './statistics.ts';
import { sessionBehind, tokensBehind } from './stored-session.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;
const ROUNDS = 15;
const REQUESTS = 600;
const WARM_UP = 6000;

/** How the cost of Doorstep grows. */
export async function experiment(
  world: World,
  redis: RedisServer,
  doorstep: Subject,
): Promise<Finding[]> {
  return [
    ...(await storedBytes(redis.admin, doorstep)),
    await memoryOfOnePerson(redis, doorstep),
    await manySessionsOfOne(redis.admin, doorstep),
    await manySessions(world),
    ...(await twoProcesses(world, redis, doorstep)),
    await memoryOverTime(world, redis, doorstep),
  ];
}

/** Sealed values against the JSON inside; what Redis adds for each key is told apart. */
async function storedBytes(redis: Redis, doorstep: Subject): Promise<Finding[]> {
  const { id, json } = await sessionBehind(redis, doorstep.visitor.cookies);
  const tokens = JSON.stringify(await tokensBehind(redis, id));
  const plain = Buffer.byteLength(json) + Buffer.byteLength(tokens);
  const sealed =
    (await redis.strlen(`session:${id}`)) + (await redis.hstrlen(`session-tokens:${id}`, 'sealed'));
  const keys = [`session:${id}`, `session-tokens:${id}`];
  const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  const whole = sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0);
  return [
    {
      what: 'bytes in Redis ÷ JSON of what is stored',
      goal: '≤ 1.1',
      found: `${(sealed / plain).toFixed(2)} (${sealed} of ${plain} bytes); Redis's own for the two keys: ${whole - sealed} bytes`,
    },
  ];
}

/** The same page, of the same person with one session and with a thousand, in turn. */
async function manySessionsOfOne(redis: Redis, doorstep: Subject): Promise<Finding> {
  const { id, json } = await sessionBehind(redis, doorstep.visitor.cookies);
  const [index = ''] = await redis.keys('user-sessions:*');
  const sealer = new Sealer([SESSION_SECRET]);
  const { endsAt }: { endsAt: number } = JSON.parse(json).user;
  const others = Array.from({ length: 999 }, () => randomBytes(24).toString('base64url'));
  for (const other of others) {
    await redis.set(`session:${other}`, sealer.seal(json, SESSION_PURPOSE, other), 'PX', HOUR);
  }
  const rounds = await inTurn([
    async () => {
      await redis.zremrangebyrank(index, 0, -1);
      await redis.zadd(index, endsAt, id);
      return doorstep;
    },
    async () => {
      await redis.zadd(index, ...others.flatMap((other) => [endsAt - 1, other]));
      return doorstep;
    },
  ]);
  const page = await fetch(`${doorstep.app.url}/sessions`, {
    headers: { cookie: doorstep.visitor.cookies },
  });
  const shown = (await page.text()).split('<li class="row">').length - 1;
  return {
    what: 'CPU per page, user with 1,000 sessions ÷ with 1',
    goal: '≤ 1.05; the sessions page pages',
    found: `${show(ratioOf(rounds))}; the sessions page shows ${shown} at a time`,
  };
}

/** Two Redis servers, one with a thousand and one with a million sessions, a Doorstep over each. */
async function manySessions(world: World): Promise<Finding> {
  const subjects: Subject[] = [];
  const servers: RedisServer[] = [];
  for (const count of [1000, 1_000_000]) {
    const redis = await startRedisServer(['--enable-debug-command', 'yes']);
    servers.push(redis);
    await redis.admin.call('DEBUG', 'POPULATE', String(count), 'session', '1500');
    const app = await world.startDoorstep(redis.url);
    subjects.push(await prepare(app, createBrowser()));
  }
  const ratio = ratioOf(await inTurn(subjects.map((subject) => async () => subject)));
  for (const { app } of subjects) app.process.kill('SIGKILL');
  await Promise.all(servers.map((server) => server.close()));
  return {
    what: 'CPU per page, 1 million sessions ÷ 1 thousand',
    goal: '≤ 1.1',
    found: show(ratio),
  };
}

/** The load of one process, and the same again on a second one beside it. */
async function twoProcesses(
  world: World,
  redis: RedisServer,
  doorstep: Subject,
): Promise<Finding[]> {
  const app = await world.startDoorstep(redis.url, 'beside the first');
  const both: Subject[] = [doorstep, { ...doorstep, app }];
  for (const subject of both) await load(subject, PAGE, WARM_UP);
  const cpu: number[] = [];
  const throughput: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await load(doorstep, PAGE, REQUESTS);
    const two = await Promise.all(both.map((subject) => load(subject, PAGE, REQUESTS)));
    cpu.push(two.reduce((sum, each) => sum + each.cpu / two.length, 0) / one.cpu);
    throughput.push(two.reduce((sum, { perSecond }) => sum + perSecond, 0) / one.perSecond);
  }
  app.process.kill('SIGKILL');
  const { hasSecondServerCore, cores } = machine;
  return [
    {
      what: 'CPU per request, two processes ÷ one',
      goal: '≤ 1.05',
      found: `${show(bootstrapped(cpu))}${hasSecondServerCore ? '' : '; both on one core'}`,
    },
    {
      what: 'throughput, two processes ÷ one',
      goal: '≥ 1.7 with three cores or more',
      found: hasSecondServerCore ? show(bootstrapped(throughput)) : `not measured: ${cores} cores`,
    },
  ];
}

async function memoryOverTime(
  world: World,
  redis: RedisServer,
  doorstep: Subject,
): Promise<Finding> {
  const fresh: Subject = { ...doorstep, app: await world.startDoorstep(redis.url) };
  const { memory: early } = await load(fresh, PAGE, 25_000);
  const { memory: late } = await load(fresh, PAGE, 75_000);
  return {
    what: 'memory after 100,000 requests ÷ after 25,000',
    goal: '≤ 1.1',
    found: (late / early).toFixed(2),
  };
}

/** CPU per page, round by round: each gives the subject to measure, after what it has to set up. */
async function inTurn(turns: (() => Promise<Subject>)[]): Promise<number[][]> {
  for (const turn of turns) await load(await turn(), PAGE, WARM_UP);
  const found: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const row: number[] = [];
    for (const turn of turns) row.push((await load(await turn(), PAGE, REQUESTS)).cpu);
    found.push(row);
  }
  return found;
}

/** The second over the first. */
const ratioOf = (rounds: number[][]): Interval | null =>
  bootstrapped(rounds.map(([first = 1, second = 0]) => second / first));

/**
 * Measures "out within two seconds" with real processes, a real redis-server and the stand-in for
 * Logto: npx tsx test/scale/webhook-times.ts [how many]. No test, since it measures time.
 *
 * Two processes behind a proxy without stickiness. Meanwhile other people look at pages, Logto's
 * OpenID Connect side hangs, and one process after the other is restarted.
 */
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startDoorstep, WITH_WEBHOOK } from '../harness/doorstep.ts';
import { signedInWith } from '../harness/people-at-logto.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { startRoundRobin } from '../harness/round-robin.ts';

const TIMES = Number(process.argv[2] ?? 100);
const EVENTS_AT_ONCE = 200;

interface Person {
  sub: string;
  cookie: string;
}

const app = await startDoorstep({ environment: WITH_WEBHOOK });
const start = () => startProcess(app, { ...WITH_WEBHOOK, LOG_LEVEL: 'info' });
const processes = await Promise.all([start(), start()]);
const proxy = await startRoundRobin(processes.map(({ port }) => port));
const address = `http://localhost:${proxy.port}`;
app.logto.setWebhook({
  url: `${address}/hooks/logto`,
  signingKey: WITH_WEBHOOK.LOGTO_WEBHOOK_SIGNING_KEY ?? '',
});

const people: Person[] = [];
for (let index = 0; index < TIMES + 5; index += 1) {
  const { sub, browser } = await signedInWith(app, `person_${index}`, {});
  const value = browser.cookies.find('localhost', 'doorstep')?.value ?? '';
  people.push({ sub, cookie: `doorstep=${value}` });
}
const staying = people.splice(0, 5);

const agent = new Agent({ keepAlive: true });
const { host } = new URL(app.url);

/** Looks at the home page, which greets people by name and costs Logto nothing. */
async function lookAt({ cookie }: Person): Promise<{ isIn: boolean; status: number; ms: number }> {
  const from = performance.now();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { host, cookie, accept: 'text/html' };
    const options = { host: 'localhost', port: proxy.port, path: '/', agent, headers };
    request(options, resolve).on('error', reject).end();
  });
  const body = Buffer.concat(await answer.toArray()).toString();
  const status = answer.statusCode ?? 0;
  return { isIn: body.includes('id="greeting">Hello'), status, ms: performance.now() - from };
}

const pages: number[] = [];
let failed = 0;
let turnedAway = 0;
let isLoadOn = true;
const startLoad = () =>
  staying.map(async (person, index) => {
    await pause(index * 3);
    while (isLoadOn) {
      const seen = await lookAt(person).catch(() => null);
      if (!seen || seen.status >= 500) failed += 1;
      else if (!seen.isIn) turnedAway += 1;
      else pages.push(seen.ms);
      await pause(15);
    }
  });
let load = startLoad();

for (const endpoint of ['revocation', 'token', 'userinfo'] as const) {
  app.logto.failNext(endpoint, 'hang', 10_000);
}
const quantiles = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? -1);
  return `median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}, most ${at(1)} ms, of ${sorted.length}`;
};

// 1. One person after the other, while a process is replaced again and again.
const restarts = restartOver(processes);
const times: number[] = [];
let late = 0;
for (const person of people.slice(0, TIMES)) {
  if (!(await lookAt(person)).isIn) throw new Error('Signed out before the suspension');
  // Logto answers the API call and sends the webhook without waiting for each other.
  const answeredAt = performance.now();
  void app.logto.suspend(person.sub);
  let seen = await lookAt(person).catch(() => null);
  while ((!seen || seen.isIn) && performance.now() - answeredAt < 10_000) {
    await pause(2);
    seen = await lookAt(person).catch(() => null);
  }
  const took = performance.now() - answeredAt;
  times.push(took);
  if (took > 2000) late += 1;
}
const replaced = await restarts.stop();
say(
  `Out, from the answer of the API call: ${quantiles(times)}; over 2 s: ${late}; processes replaced meanwhile: ${replaced}`,
);
say(
  `Pages of others meanwhile: ${quantiles(pages)}; failed ${failed}, taken for visitors ${turnedAway}`,
);

// 2. Two hundred at once.
const before = { pages: pages.length };
await pause(3000);
const quiet = pages.slice(before.pages);
const users = Array.from({ length: 2 * EVENTS_AT_ONCE }, (_, index) =>
  app.logto.users.register(`at_once_${index}`),
);
isLoadOn = false;
await Promise.all(load);
const idle = cpuMs();
// Without the pages, so that it is the webhooks' own.
await Promise.all(users.splice(0, EVENTS_AT_ONCE).map(({ sub }) => app.logto.suspend(sub)));
say(`Processor time of ${EVENTS_AT_ONCE} at once, both processes: ${cpuMs() - idle} ms`);
isLoadOn = true;
load = startLoad();
await pause(1000);
const from = { pages: pages.length, at: performance.now() };
const answers = await Promise.all(users.map(({ sub }) => app.logto.suspend(sub)));
const tookMs = Math.round(performance.now() - from.at);
await pause(50);
const busy = pages.slice(from.pages);
const accepted = answers.filter((answer) => answer?.status === 204).length;
say(`${EVENTS_AT_ONCE} at once: ${accepted} answered 204, all within ${tookMs} ms`);
say(`Pages before: ${quantiles(quiet)}`);
say(`Pages meanwhile: ${quantiles(busy)}`);

isLoadOn = false;
await Promise.all(load);
proxy.close();
await Promise.all(processes.map((one) => one.close()));
await app.close();
process.exit(0);

/** As a rolling deployment: a new process, then the old one gets SIGTERM. */
function restartOver(running: AppProcess[]) {
  let isOn = true;
  let count = 0;
  const work = (async () => {
    while (isOn) {
      const fresh = await start();
      const old = running.shift();
      running.push(fresh);
      proxy.use(running.map(({ port }) => port));
      old?.child.process.kill('SIGTERM');
      await old?.child.ended;
      count += 1;
    }
  })();
  return {
    stop: async () => {
      isOn = false;
      await work;
      return count;
    },
  };
}

/** Processor time that the processes have used so far; Linux counts in hundredths of a second. */
function cpuMs(): number {
  const ticks = processes.map(({ child }) => {
    const stat = readFileSync(`/proc/${child.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    return Number(stat?.[11]) + Number(stat?.[12]);
  });
  return ticks.reduce((sum, one) => sum + one, 0) * 10;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

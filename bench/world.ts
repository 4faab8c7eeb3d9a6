import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { en } from '../src/site/languages/en.ts';
import { LANGUAGES } from '../src/site/languages/languages.ts';
import { freePort } from '../test/harness/free-port.ts';
import { type Contender, ROOT, SESSION_SECRET } from './contenders.ts';
import { endWithUs, memory, startOnServerCore } from './machine.ts';

/** English, and what a page offers beside it: as data, so that contenders load nothing of Doorstep's. */
const LANGUAGE = JSON.stringify({
  ...en,
  others: LANGUAGES.filter((language) => language !== en).map(({ tag, name }) => ({ tag, name })),
});
const CLIENT = { APP_ID: 'bench-app', APP_SECRET: 'bench-app-secret' };

export interface Running extends Contender {
  port: number;
  url: string;
  pid: number;
  process: ChildProcess;
  /** Resident memory after the first answer, bytes. */
  memoryAtRest: number;
}

export interface World {
  logtoEndpoint: string;
  running: Running[];
  /** The provider's process. */
  providerPid: number;
  /** From starting one more process of a contender to its first accepted connection, milliseconds. */
  startTime(contender: Contender): Promise<number>;
  /** One more Doorstep, over another Redis or beside the first, then on a core of its own if possible. */
  startDoorstep(redisUrl: string, beside?: 'beside the first'): Promise<Running>;
}

/** The provider, and all the contenders that were asked for, each on a port of its own. */
export async function startWorld(
  wanted: Contender[],
  { node, redisUrl }: { node: string; redisUrl: string },
): Promise<World> {
  const spares = wanted
    .filter(({ name }) => name === 'doorstep')
    .flatMap((one) => Array<Contender>(4).fill(one));
  const places = await Promise.all(
    [...wanted, ...spares].map(async (contender) => ({ contender, port: await freePort() })),
  );
  const callbacks = places.map(
    ({ contender, port }) => `http://localhost:${port}${contender.callbackPath}`,
  );
  const provider = await startProvider(callbacks);
  const start = (place: Place, redis: string, second = false) =>
    startContender(node, place, { redisUrl: redis, provider, second });
  const running = await Promise.all(
    places.slice(0, wanted.length).map((place) => start(place, redisUrl)),
  );
  const free = places.slice(wanted.length);
  return {
    logtoEndpoint: provider.endpoint,
    running,
    providerPid: provider.process.pid ?? 0,
    async startTime(contender) {
      const port = await freePort();
      const begun = performance.now();
      const at = { redisUrl, provider, second: false };
      const child = spawnContender(node, { contender, port }, at);
      while (!(await accepts(port))) {
        if (child.exitCode !== null) throw new Error(`${contender.title} did not start`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const took = performance.now() - begun;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      return took;
    },
    async startDoorstep(redis, beside) {
      const place = free.pop();
      if (!place) throw new Error('There is no place for one more Doorstep');
      return start(place, redis, beside !== undefined);
    },
  };
}

interface Place {
  contender: Contender;
  port: number;
}

async function startProvider(callbacks: string[]) {
  const file = fileURLToPath(new URL('provider.ts', import.meta.url));
  const provider = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: ROOT,
    env: { ...process.env, ...CLIENT, REDIRECT_URIS: callbacks.join(' ') },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  endWithUs(provider);
  const [line]: Buffer[] = await once(provider.stdout, 'data');
  const [endpoint = '', huggingFace = ''] = String(line).trim().split(' ');
  return { process: provider, endpoint, huggingFace };
}

interface Surroundings {
  redisUrl: string;
  provider: { endpoint: string; huggingFace: string };
  second: boolean;
}

function spawnContender(node: string, { contender, port }: Place, at: Surroundings): ChildProcess {
  const url = `http://localhost:${port}`;
  return startOnServerCore(node, contender.words, {
    cwd: ROOT,
    second: at.second,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      HOST: 'localhost',
      PORT: String(port),
      BASE_URL: url,
      // The load names another address with each request, so that no limit on one is met.
      TRUST_PROXY: 'loopback',
      REDIS_URL: at.redisUrl,
      SESSION_SECRET,
      LOGTO_ENDPOINT: at.provider.endpoint,
      LOGTO_APP_ID: CLIENT.APP_ID,
      LOGTO_APP_SECRET: CLIENT.APP_SECRET,
      BENCH_VIEWS: `${ROOT}/views`,
      BENCH_HUGGING_FACE: at.provider.huggingFace,
      BENCH_LANGUAGE: LANGUAGE,
      ...contender.environment,
    },
  });
}

async function startContender(node: string, place: Place, at: Surroundings): Promise<Running> {
  const { contender, port } = place;
  const url = `http://localhost:${port}`;
  const child = spawnContender(node, place, at);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${contender.title} did not start`);
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(url, { redirect: 'manual' }).catch(() => null);
    if (answer?.ok) break;
    if (tries > 1200 || child.exitCode !== null) throw new Error(`${contender.title} is not ready`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { ...contender, port, url, pid, process: child, memoryAtRest: memory(pid) };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

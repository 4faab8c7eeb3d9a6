import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/harness/free-port.ts';
import { endWithUs, startOnServerCore } from './machine.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('build', import.meta.url));
export const SESSION_SECRET = 'B3nch-only:f0r-cookies+and/sealing=kE9xQz7wLmVb';
const CLIENT = { APP_ID: 'bench-app', APP_SECRET: 'bench-app-secret' };

export interface Contender {
  name: string;
  title: string;
  /** Words after `node`. */
  words: string[];
  environment?: NodeJS.ProcessEnv;
  /** Where a sign-in begins; null where there is none. */
  signInPath: string | null;
  callbackPath: string;
}

export const contenders: Contender[] = [
  {
    name: 'floor',
    title: 'lower bound (node:http, one GET)',
    words: [`${BUILD}/floor.js`],
    signInPath: null,
    callbackPath: '/',
  },
  {
    name: 'doorstep',
    title: 'Doorstep',
    words: ['--enable-source-maps', `${ROOT}/dist/src/main.js`],
    signInPath: '/sign-in',
    callbackPath: '/callback',
  },
  {
    name: 'plain',
    title: '@logto/express + connect-redis',
    words: [`${BUILD}/plain.js`],
    signInPath: '/logto/sign-in',
    callbackPath: '/logto/sign-in-callback',
  },
  {
    name: 'eoidc-redis',
    title: 'express-openid-connect, Redis',
    words: [`${BUILD}/express-openid-connect.js`],
    environment: { BENCH_STORE: 'redis' },
    signInPath: '/login',
    callbackPath: '/callback',
  },
  {
    name: 'eoidc-cookie',
    title: 'express-openid-connect, cookie',
    words: [`${BUILD}/express-openid-connect.js`],
    signInPath: '/login',
    callbackPath: '/callback',
  },
  {
    name: 'passport',
    title: 'passport + openid-client',
    words: [`${BUILD}/passport.js`],
    signInPath: '/login',
    callbackPath: '/callback',
  },
  {
    name: 'authjs',
    title: '@auth/express',
    words: [`${BUILD}/authjs.js`],
    signInPath: '/auth/signin/logto',
    callbackPath: '/auth/callback/logto',
  },
];

export interface Running extends Contender {
  port: number;
  url: string;
  pid: number;
  process: ChildProcess;
}

export interface World {
  logtoEndpoint: string;
  running: Running[];
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
    startContender(node, place, { redisUrl: redis, logtoEndpoint: provider.endpoint, second });
  const running = await Promise.all(
    places.slice(0, wanted.length).map((place) => start(place, redisUrl)),
  );
  const free = places.slice(wanted.length);
  return {
    logtoEndpoint: provider.endpoint,
    running,
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
  return { process: provider, endpoint: String(line).trim() };
}

async function startContender(
  node: string,
  { contender, port }: Place,
  at: { redisUrl: string; logtoEndpoint: string; second: boolean },
): Promise<Running> {
  const url = `http://localhost:${port}`;
  const child = startOnServerCore(node, contender.words, {
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
      LOGTO_ENDPOINT: at.logtoEndpoint,
      LOGTO_APP_ID: CLIENT.APP_ID,
      LOGTO_APP_SECRET: CLIENT.APP_SECRET,
      BENCH_VIEWS: `${ROOT}/views`,
      ...contender.environment,
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${contender.title} did not start`);
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(url, { redirect: 'manual' }).catch(() => null);
    if (answer?.ok) break;
    if (tries > 300 || child.exitCode !== null) throw new Error(`${contender.title} is not ready`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { ...contender, port, url, pid, process: child };
}

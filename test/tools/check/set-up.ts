import type { LogtoClient } from '../../../demo/logto/provider.ts';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import { runChecks } from '../../../tools/check/checks.ts';
import type { Result } from '../../../tools/check/checkup.ts';
import { jsonReport, textReport } from '../../../tools/check/report.ts';
import { realWorld, type World } from '../../../tools/check/world.ts';
import { createPaint } from '../../../tools/shared/terminal.ts';
import { createBrowser } from '../../demo/browser.ts';
import { CLIENT, type Doorstep, SESSION_SECRET, startDoorstep } from '../../harness/doorstep.ts';
import { type RedisServer, startRedisServer } from '../../harness/redis-server.ts';
import { likeRealLogto, M2M } from './real-logto.ts';

export const APP = 'https://app.example.com';
export const LOGTO = 'https://logto.example.com';
/** The same Logto, by a name that only its network knows. */
export const INNER_LOGTO = 'https://logto.internal';
const REDIS_PASSWORD = 'redis-p4ssw0rd-of-the-tests';

/** Lets a request go on, or answers in its place. */
export type Between = (
  url: URL,
  init: RequestInit,
  pass: (init?: RequestInit) => Promise<Response>,
) => Promise<Response>;

/** One way in which a set-up can be wrong. */
export interface Fault {
  environment?: Environment;
  between?: Between;
  appIsDown?: boolean;
  /** Of app.example.com; by default a public one. */
  address?: string;
  /** How far our clock is off, milliseconds. */
  clockOff?: number;
  /** How far Redis's is. */
  redisClockOff?: number;
  /** What INFO says; by default the version of a Redis that is up to date. */
  redisInfo?: Record<string, string>;
  timeoutMs?: number;
}

/** A set-up in production, as the internet sees it: https names in front of the servers of the tests. */
export interface SetUp extends Doorstep {
  /** Beside the app's own, so that a test may break it. */
  checkedRedis: RedisServer;
  client: LogtoClient;
  /** The client's settings have changed: Logto reads them anew. */
  reloadClient(): Promise<void>;
  inspect(fault?: Fault): Promise<Result[]>;
  /** The environment of a set-up in order. */
  healthy: Environment;
  /** All reports so far, for people and for machines. */
  reports: string[];
  secrets: string[];
}

export async function startSetUp(): Promise<SetUp> {
  const client: LogtoClient = {
    ...CLIENT,
    redirectUris: [`${APP}/callback`],
    postLogoutRedirectUris: [`${APP}/`],
    backchannelLogoutUri: `${APP}/backchannel-logout`,
    backchannelLogoutSessionRequired: true,
  };
  const doorstep = await startDoorstep({
    environment: { BASE_URL: APP, TRUST_PROXY: 'loopback' },
    logto: { client },
  });
  const checkedRedis = await startRedisServer(['--appendonly', 'yes']);
  await checkedRedis.admin.config('SET', 'requirepass', REDIS_PASSWORD);
  const reports: string[] = [];

  const healthy: Environment = {
    NODE_ENV: 'production',
    BASE_URL: APP,
    TRUST_PROXY: 'loopback',
    SESSION_SECRET,
    REDIS_URL: checkedRedis.url.replace('//', `//:${REDIS_PASSWORD}@`),
    LOGTO_ENDPOINT: LOGTO,
    LOGTO_APP_ID: CLIENT.id,
    LOGTO_APP_SECRET: CLIENT.secret,
    HF_CLIENT_ID: 'hf-client-id-0000',
    HF_CLIENT_SECRET: 'hf-client-secret-0000',
    LOGTO_M2M_APP_ID: M2M.id,
    LOGTO_M2M_APP_SECRET: M2M.secret,
  };

  async function inspect(fault: Fault = {}): Promise<Result[]> {
    const world: World = {
      environment: { ...healthy, ...fault.environment },
      tokenOf: null,
      ...internet(doorstep, fault),
      lookup: async () => [fault.address ?? '93.184.215.14'],
      now: () => Date.now() + (fault.clockOff ?? 0),
      redis: {
        info: async (client) => {
          const told = { redis_version: '7.4.10', ...fault.redisInfo };
          const lines = Object.entries(told).map(([name, value]) => `${name}:${value}\r\n`);
          return (await client.info()).replace(/^redis_version:.*\r\n/m, lines.join(''));
        },
        time: async (client) => {
          const time = await realWorld({}).redis.time(client);
          return time + (fault.redisClockOff ?? 0);
        },
      },
      timeoutMs: fault.timeoutMs ?? 5000,
      deadline: AbortSignal.timeout(60_000),
    };
    const results: Result[] = [];
    for await (const result of runChecks(world)) results.push(result);
    const look = { paint: createPaint(false), columns: 80 };
    for await (const text of textReport(each(results), look)) reports.push(text);
    reports.push(await jsonReport(each(results)));
    return results;
  }

  return {
    ...doorstep,
    checkedRedis,
    client,
    reloadClient: () => doorstep.logto.rotateKeys(),
    inspect,
    healthy,
    reports,
    secrets: [
      CLIENT.secret,
      SESSION_SECRET,
      REDIS_PASSWORD,
      M2M.secret,
      M2M.token,
      'hf-client-secret-0000',
    ],
    async close() {
      await Promise.all([doorstep.close(), checkedRedis.close()]);
    },
  };
}

export async function* each<T>(items: T[]): AsyncGenerator<T> {
  yield* items;
}

/** What the proxies of the two names do: end TLS, say so, and know the servers behind them. */
function internet(
  { url, logto }: Doorstep,
  { between, appIsDown }: Fault,
): Pick<World, 'fetch' | 'navigate'> {
  const servers: Record<string, string> = {
    [LOGTO]: logto.endpoint,
    [INNER_LOGTO]: logto.endpoint,
    [APP]: url,
  };
  const outside = (text: string, asked: URL) => {
    if (asked.hostname === 'localhost') return text;
    const name = asked.origin === APP ? LOGTO : asked.origin;
    return text
      .replaceAll(logto.endpoint, name)
      .replaceAll(encodeURIComponent(logto.endpoint), encodeURIComponent(name));
  };
  const serverOf = (asked: URL): string => {
    const server = servers[asked.origin];
    if (asked.hostname === 'localhost') return asked.origin;
    if (server && !(appIsDown && asked.origin === APP)) return server;
    const cause = Object.assign(new Error(), { code: server ? 'ECONNREFUSED' : 'ENOTFOUND' });
    throw new TypeError('fetch failed', { cause });
  };
  const proxied = async (response: Response, asked: URL): Promise<Response> => {
    const headers = new Headers(response.headers);
    const location = headers.get('location');
    if (location) headers.set('location', outside(location, asked));
    const { status } = response;
    const hasBody = status !== 204 && status !== 304;
    return new Response(hasBody ? outside(await response.text(), asked) : null, {
      status,
      headers,
    });
  };
  const chain = async (
    asked: URL,
    init: RequestInit,
    send: (init: RequestInit) => Promise<Response>,
  ) => {
    const pass = async (changed = init) => {
      // RFC 6749 section 5.2, for a code that is made up.
      if (asked.href === 'https://huggingface.co/oauth/token') {
        return Response.json({ error: 'invalid_grant' }, { status: 400 });
      }
      return likeRealLogto(asked, changed, async () => proxied(await send(changed), asked));
    };
    return between ? between(asked, init, pass) : pass();
  };

  return {
    fetch: async (input, given = {}) => {
      const asked = new URL(input instanceof Request ? input.url : input);
      const headers = new Headers(given.headers);
      headers.set('x-forwarded-proto', 'https');
      return chain(asked, { ...given, headers }, (init) =>
        fetch(serverOf(asked) + asked.pathname + asked.search, init),
      );
    },
    navigate: async (address) => {
      const asked = new URL(address);
      return chain(asked, {}, async () => {
        const { status, headers, body } = await createBrowser().get(
          serverOf(asked) + asked.pathname + asked.search,
          { headers: { 'x-forwarded-proto': 'https' }, follow: false },
        );
        return new Response(body, { status, headers });
      });
    },
  };
}

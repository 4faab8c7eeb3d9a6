import type { IncomingMessage, RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { Environment } from '../../src/doorstep/operator.ts';
import { type Config, parseConfig } from '../../src/site/config.ts';
import { createInstance } from './instance.ts';
import { publicAddress } from './public-address.ts';
import { type Limits, publicRoutes } from './public-routes.ts';

const HOUR_MS = 60 * 60_000;
/** For what is under way when an instance is replaced. */
const GRACE_MS = 10_000;
/** Of the environment, what says where the demo is and how it looks. */
const VARIABLES = [
  ...['APP_NAME', 'BASE_URL', 'HF_SPACE_FRAME', 'HOST', 'LOG_LEVEL', 'PORT'],
  ...['SPACE_HOST', 'TRUST_PROXY'],
];

/**
 * The configuration of a demo behind one port.
 *
 * @throws {ConfigError} as parseConfig.
 */
export function onePortConfig(environment: Environment): Config {
  const given = Object.fromEntries(VARIABLES.map((name) => [name, environment[name]]));
  const inCodespace = publicAddress(environment, Number(environment.PORT) || 3000);
  const config = parseConfig({
    ...given,
    ...inCodespace,
    NODE_ENV: 'development',
    LOGTO_ORGANIZATIONS: 'true',
    HF_ACCESS_TOKENS: 'true',
    SESSION_MAX_HOURS: '1',
    // Of the stand-ins, which are in each current.
    LOGTO_ENDPOINT: 'http://localhost',
    LOGTO_APP_ID: 'demo',
    LOGTO_APP_SECRET: 'demo',
  });
  return { ...config, demo: 'shared' };
}

export interface OnePortDemo {
  handle: RequestListener;
  /** Forgets everything: a new instance replaces the current one. */
  renew(): Promise<void>;
  close(): Promise<unknown>;
}

/**
 * The site and its stand-ins behind one port, for a place where anybody may come by: each hour it
 * begins anew, so nothing that anybody has left there gets older.
 *
 * @param options.prefix the path that the stand-ins are under, with a slash at the beginning only
 */
export async function startOnePort(options: {
  config: Config;
  logger: Logger;
  inCodespace?: boolean;
  prefix?: string;
  maxEntries?: number;
  limits?: Limits;
}): Promise<OnePortDemo> {
  const { config, inCodespace = false, prefix = '/stand-ins' } = options;
  const open = () => createInstance({ ...options, prefix });
  let current = await open();
  const standIns = publicRoutes({ ...options, prefix }, (name, req, res) =>
    current.standIns[name](req, res),
  );

  const renew = async () => {
    const old = current;
    current = await open();
    setTimeout(() => void old.close(), GRACE_MS).unref();
  };
  const onTime = () =>
    renew().catch((err: unknown) => options.logger.error({ event: 'demo.not_renewed', err }));
  const timer = setInterval(onTime, HOUR_MS).unref();
  return {
    handle: (req, res) => {
      if (inCodespace) undoForwarder(req, config);
      if (req.url?.startsWith(`${prefix}/`)) standIns(req, res);
      else current.site(req, res);
    },
    renew,
    close: () => {
      clearInterval(timer);
      return current.close();
    },
  };
}

/**
 * The forwarder of a codespace is the only way in, by https. It makes our own Origin, and no other, that
 * of the port (symfony/demo#1542, mastodon#26400); the browser's Sec-Fetch-Site tells the truth still.
 */
function undoForwarder(req: IncomingMessage, { baseUrl, port }: Config): void {
  req.headers['x-forwarded-proto'] ??= 'https';
  const local = [`http://localhost:${port}`, `https://localhost:${port}`];
  if (local.includes(req.headers.origin ?? '') && req.headers['sec-fetch-site'] === 'same-origin')
    req.headers.origin = baseUrl;
}

import type { RequestListener } from 'node:http';
import type { HuggingFaceStandIn } from '../../demo/hugging-face/index.ts';
import { listenOnLocalhost } from '../../demo/hugging-face/local-server.ts';
import type { LogtoStandIn } from '../../demo/logto/index.ts';
import type { PairOptions } from '../../demo/pair.ts';
import { EmbeddedRedis } from '../../demo/redis.ts';
import { createApp } from '../../src/app.ts';
import type { Environment } from '../../src/doorstep/config/config.ts';
import { singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { Sealer } from '../../src/doorstep/crypto/sealer.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import type { RedisCommands } from '../../src/doorstep/redis/commands.ts';
import { TokenStore } from '../../src/doorstep/session/token-store.ts';
import type { Limits } from '../../src/doorstep/sign-in/rate-limits.ts';
import { type Config, parseConfig } from '../../src/site/config.ts';
import { createLogtoPages, type LogtoPages } from '../../src/site/logto-pages.ts';
import { authorizeAt, type SignInChoice } from '../demo/authorize-at.ts';
import { type Browser, createBrowser } from '../demo/browser.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from './redis-server.ts';
import { API, startStandIns, WEBHOOK_KEY } from './stand-ins.ts';

export { API, CLIENT, SESSION_SECRET } from './stand-ins.ts';

/** All there is: the books and the organizations, as the demo has them. */
export const WHOLE_SITE: Environment = { API_RESOURCE: API, LOGTO_ORGANIZATIONS: 'true' };
/** Logto tells this app of changes. */
export const WITH_WEBHOOK: Environment = { LOGTO_WEBHOOK_SIGNING_KEY: WEBHOOK_KEY };
export const ADA: SignInChoice = { as: 'ada-l', via: 'huggingface' };
export const OTTER: SignInChoice = { as: 'quiet-otter', via: 'huggingface' };

export interface LogLine {
  event?: string;
  reason?: string;
  requestId?: string;
  [key: string]: unknown;
}

/** Both Redis kinds can be looked into: which keys there are, and the same bytes for the same value. */
export interface Stored {
  keys(pattern: string): Promise<string[]>;
  dumpBuffer(key: string): Promise<Buffer | null>;
}

/** The real app on a real port, with its Logto, Hugging Face and Redis. */
export interface Doorstep {
  url: string;
  config: Config;
  logto: LogtoStandIn;
  huggingFace: HuggingFaceStandIn;
  /** The app's own connection. */
  redis: RedisCommands;
  /** The server behind it; only where one is installed. */
  redisServer: RedisServer | null;
  /** What is in there, past the app. */
  stored: Stored;
  /** The tokens that a session holds, opened with the secret as the app would. */
  tokensOf(sessionId: string): Promise<string[]>;
  /** What of Logto's pages the app links to. */
  logtoPages: LogtoPages;
  /** Every line the app has logged. */
  logs: LogLine[];
  /** A browser without a screen. */
  browser(): Browser;
  /** A browser that has signed in. */
  signedInBrowser(choice?: SignInChoice): Promise<Browser>;
  /** Walks a sign-in up to the callback, which is returned and not requested. */
  upToCallback(browser: Browser, path?: string, choice?: SignInChoice): Promise<string>;
  close(): Promise<void>;
}

const NO_LIMITS: Limits = {
  signIn: 1e9,
  callback: 1e9,
  backchannelFailures: 1e9,
  webhookFailures: 1e9,
};

export interface DoorstepOptions {
  /** Lifted unless given. */
  limits?: Partial<Limits>;
  /** Half a minute unless given, for a busy machine. */
  webhookAnswerMs?: number;
  environment?: Environment;
  logto?: Partial<PairOptions>;
  /** Settings for redis-server. */
  redisSettings?: string[];
  /** Names of cookies as they are outside of tests. */
  cookiesByPort?: boolean;
  /** Puts something between the app and its Redis: a delay, a failure. */
  wrapRedis?: (redis: RedisCommands) => RedisCommands;
  /** Whether Logto is asked for the profile after each sign-in. Off unless given: what tests count stays countable. */
  fetchProfile?: boolean;
  /** What a version of the app before made. */
  newSessionId?: () => string;
  /** Another app than that of src/app.ts. */
  createApp?: typeof createApp;
}

export async function startDoorstep(options: DoorstepOptions = {}): Promise<Doorstep> {
  // Its address goes into the configuration, so the server is there before the app is.
  let handle: RequestListener = (_req, res) => void res.writeHead(503).end();
  const server = await listenOnLocalhost((req, res) => handle(req, res), 0);
  const { url } = server;

  const standIns = await startStandIns(url, options.logto);
  const { logto, huggingFace } = standIns;

  const config = {
    ...parseConfig({
      NODE_ENV: 'test',
      ...standIns.environment,
      ...options.environment,
    }),
    demo: true,
    // Ports are random here, and names are not to be; test/doorstep/http/cookies.test.ts has them by port.
    ...(options.cookiesByPort ? {} : { cookieSuffix: '' }),
  };
  const [signingKey] = config.logto.webhookKeys;
  if (signingKey) logto.setWebhook({ url: `${url}/hooks/logto`, signingKey });
  const logs: LogLine[] = [];
  const logger = createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) });
  const redisServer = hasRedisServer ? await startRedisServer(options.redisSettings) : null;
  const real = redisServer && connectRedis(singleRedis(redisServer.url), logger);
  if (real) await new Promise((resolve) => real.once('ready', resolve));
  // Asked anew each time, so that it is the clock that a test turns.
  const now = () => Date.now();
  const embedded = new EmbeddedRedis({ now });
  const redis: RedisCommands = real ?? embedded;
  const wrapped = options.wrapRedis?.(redis) ?? redis;
  const limits = options.limits ?? NO_LIMITS;
  const logtoPages = createLogtoPages({ config, fetch, logger, now });
  await logtoPages.refresh();
  handle = (options.createApp ?? createApp)({
    config,
    redis: wrapped,
    logger,
    fetch,
    now,
    limits,
    webhookAnswerMs: options.webhookAnswerMs ?? 30_000,
    newSessionId: options.newSessionId,
    fetchProfile: options.fetchProfile ?? false,
    logtoPages,
  });

  const upToCallback: Doorstep['upToCallback'] = async (
    browser,
    path = '/sign-in',
    choice = ADA,
  ) => {
    const start = await browser.get(url + path, { until: logto.endpoint });
    if (!start.stoppedAt) throw new Error(`${path} did not lead to Logto: ${start.status}`);
    return authorizeAt(browser, start.stoppedAt, choice);
  };

  const tokenStore = new TokenStore({
    redis,
    sealer: new Sealer(config.session.secrets),
    lifeMs: config.session.idleMs,
    now,
  });

  return {
    url,
    config,
    logto,
    huggingFace,
    redis,
    redisServer,
    logtoPages,
    stored: redisServer?.admin ?? embedded,
    logs,
    browser: createBrowser,
    async tokensOf(sessionId) {
      const tokens = await tokenStore.read(sessionId);
      const access: Record<string, { token: string }> = JSON.parse(tokens?.accessTokens ?? '{}');
      const refresh = tokens?.refreshToken ? [tokens.refreshToken] : [];
      return [...refresh, ...Object.values(access).map(({ token }) => token)];
    },
    upToCallback,
    async signedInBrowser(choice) {
      const browser = createBrowser();
      await browser.get(await upToCallback(browser, '/sign-in', choice));
      return browser;
    },
    async close() {
      await Promise.all([server.close(), standIns.close()]);
      real?.disconnect();
      await redisServer?.close();
    },
  };
}

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { crossFieldChecks } from './cross-field-checks.ts';
import {
  absoluteUri,
  type Environment,
  flag,
  origin,
  proxies,
  secrets,
  wholeNumber,
} from './fields.ts';
import { type RedisConfig, redisConfig, redisMode, redisUrl } from './redis-address.ts';

/** Everything the app can be told from outside. Times are milliseconds. */
export interface Config {
  appName: string;
  production: boolean;
  /** Where the process listens. */
  host: string;
  port: number;
  /** Where Prometheus asks, at the same host; null: nothing is measured. */
  metricsPort: number | null;
  /** The origin people see, without a trailing slash. */
  baseUrl: string;
  /** True under https: Secure and `__Host-` cookies, HSTS. */
  secure: boolean;
  /** Ends the names of cookies, which know no ports: '' or `-4000`. */
  cookieSuffix: string;
  /** Express's `trust proxy`: addresses whose forwarded headers count. */
  trustProxy: string[];
  logLevel: string;
  logto: {
    endpoint: string;
    issuer: string;
    appId: string;
    appSecret: string;
    /** Logto's own account pages are switched on. */
    accountCenter: boolean;
    /** People belong to organizations at Logto, and the site shows them. */
    organizations: boolean;
    /** The API that access tokens are for (RFC 8707); null: this site has none. */
    apiResource: string | null;
    timeoutMs: number;
  };
  /** null in development without REDIS_URL. */
  redis: RedisConfig | null;
  session: {
    /** The first one writes, all of them read. */
    secrets: string[];
    /** True when the secret was made for this run, since none was given. */
    secretIsTemporary: boolean;
    idleMs: number;
    maxMs: number;
    /** So many sessions of one person at a time. */
    maxPerUser: number;
    /** A session in use asks Logto at this pace whether the person is still welcome. */
    recheckMs: number;
  };
  /** Logto and Hugging Face are the local stand-ins. Set by demo/, never by the environment. */
  demo: boolean;
}

/** Every mistake of an environment at once. The message never holds the value of a secret. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(
      [
        `The configuration has ${problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`}:`,
        ...problems.map((problem) => `  - ${problem}`),
        'Every variable is explained in .env.example: copy it to .env, or let `npm run logto:setup` fill that in.',
        '`npm run demo` needs none of them.',
      ].join('\n'),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export type { Environment };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const missing = (what: string) => ({ error: `is missing: ${what}` });

const schema = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'must be development, production or test')
    .default('development'),
  APP_NAME: z
    .string()
    .max(40, 'must be at most 40 characters, for example Doorstep')
    .default('Doorstep'),
  HOST: z.string().optional(),
  PORT: wholeNumber(1, 65_535, 3000).default(3000),
  METRICS_PORT: wholeNumber(1, 65_535, 9464).optional(),
  BASE_URL: origin('https://app.example.com').optional(),
  TRUST_PROXY: proxies.optional(),
  LOG_LEVEL: z
    .enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug'],
      'must be silent, fatal, error, warn, info or debug',
    )
    .default('info'),
  LOGTO_ENDPOINT: z
    .string(missing('the address of your Logto, for example https://your-tenant.logto.app'))
    .pipe(origin('https://your-tenant.logto.app')),
  LOGTO_APP_ID: z.string(missing('Logto Console > Applications > your application > App ID')),
  LOGTO_APP_SECRET: z.string(
    missing('Logto Console > Applications > your application > App secrets'),
  ),
  LOGTO_ACCOUNT_CENTER: flag.default(false),
  LOGTO_ORGANIZATIONS: flag.default(false),
  API_RESOURCE: absoluteUri.optional(),
  LOGTO_TIMEOUT_SECONDS: wholeNumber(1, 60, 5).default(5),
  REDIS_URL: redisUrl.optional(),
  REDIS_MODE: redisMode.default('single'),
  REDIS_SENTINEL_MASTER: z.string().optional(),
  REDIS_SENTINEL_USERNAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  SESSION_SECRET: secrets.optional(),
  SESSION_IDLE_MINUTES: wholeNumber(1, 400 * 24 * 60, 2880).default(2880),
  // A cookie lives 400 days at most (RFC 6265bis section 5.5), so a session can't live longer (S40).
  SESSION_MAX_HOURS: wholeNumber(1, 400 * 24, 336).default(336),
  SESSION_MAX_PER_USER: wholeNumber(1, 10_000, 100).default(100),
  ACCOUNT_RECHECK_MINUTES: wholeNumber(1, 24 * 60, 10).default(10),
});

/**
 * Reads and checks the whole environment. An empty value counts as absent.
 *
 * @throws {ConfigError} listing every mistake, each with its variable and what would be right.
 */
export function parseConfig(environment: Environment): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
    ...crossFieldChecks(given),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);

  const env = parsed.data;
  const production = env.NODE_ENV === 'production';
  const baseUrl = env.BASE_URL ?? `http://localhost:${env.PORT}`;
  return {
    appName: env.APP_NAME,
    production,
    host: env.HOST ?? (production ? '0.0.0.0' : 'localhost'),
    port: env.PORT,
    metricsPort: env.METRICS_PORT ?? null,
    baseUrl,
    secure: baseUrl.startsWith('https:'),
    cookieSuffix: cookieSuffix(baseUrl),
    trustProxy: env.TRUST_PROXY ?? [],
    logLevel: env.LOG_LEVEL,
    logto: {
      endpoint: env.LOGTO_ENDPOINT,
      issuer: `${env.LOGTO_ENDPOINT}/oidc`,
      appId: env.LOGTO_APP_ID,
      appSecret: env.LOGTO_APP_SECRET,
      accountCenter: env.LOGTO_ACCOUNT_CENTER,
      organizations: env.LOGTO_ORGANIZATIONS,
      apiResource: env.API_RESOURCE ?? null,
      timeoutMs: env.LOGTO_TIMEOUT_SECONDS * 1000,
    },
    redis: redisConfig(env),
    session: {
      secrets: env.SESSION_SECRET ?? [randomBytes(48).toString('base64url')],
      secretIsTemporary: env.SESSION_SECRET === undefined,
      idleMs: env.SESSION_IDLE_MINUTES * MINUTE,
      maxMs: env.SESSION_MAX_HOURS * HOUR,
      maxPerUser: env.SESSION_MAX_PER_USER,
      recheckMs: env.ACCOUNT_RECHECK_MINUTES * MINUTE,
    },
    demo: false,
  };
}

/**
 * Cookies are shared by all ports of a host (RFC 6265 section 8.5), so two sites on one would sign
 * each other out. The default ports have the plain names (docs/decisions/011).
 */
function cookieSuffix(baseUrl: string): string {
  const { protocol, port } = new URL(baseUrl);
  const isDefault = port === '' || (protocol === 'http:' && port === '3000');
  return isDefault ? '' : `-${port}`;
}

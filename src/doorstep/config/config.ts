import { z } from 'zod';
import { crossCheck, type Environment, readEnvironment } from './environment.ts';
import {
  absoluteUri,
  clientText,
  documentation,
  flag,
  huggingFaceOrganizations,
  origin,
  secrets,
  signingKeys,
  wholeNumber,
} from './fields.ts';
import { redisChecks, redisConfig, redisVariables } from './redis-address.ts';

export type { Environment };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const IDLE_MINUTES = 2880;

/** The kit's variables, each declared once: its form, its default, its words. */
export const kitVariables = {
  LOGTO_ENDPOINT: origin(
    'https://your-tenant.logto.app',
    'the address of your Logto, for example https://your-tenant.logto.app',
  ).register(documentation, {
    about:
      'The address of your Logto: scheme and host, nothing after it. Plain http only on this machine.',
    example: 'https://your-tenant.logto.app',
  }),
  LOGTO_APP_ID: clientText('Logto Console > Applications > your application > App ID')
    .regex(/^[\w.-]+$/, 'must hold only letters and digits: copy it anew')
    .register(documentation, {
      about: 'Logto Console > Applications > your application > App ID.',
      example: 'whlygxk3n5v8b2q7r4tza',
    }),
  LOGTO_APP_SECRET: clientText(
    'Logto Console > Applications > your application > App secrets',
  ).register(documentation, {
    about: 'Logto Console > Applications > your application > App secrets. Secret.',
    example: 'N8sVq2bZ0fLr5KxYc7TdWm4HjPg6Ue1A',
  }),
  LOGTO_ORGANIZATIONS: flag.default(false).register(documentation, {
    about:
      'Shows people the organizations that they belong to at Logto; books then belong to those too.',
    example: 'true',
  }),
  API_RESOURCE: absoluteUri.optional().register(documentation, {
    about:
      'The API that this site is, by its identifier at Logto (Logto Console > API resources). It has the scopes read:books and write:books. With it there are the pages /books and the API /api/books; without, neither (docs/books.md).',
    example: 'https://books.example/api',
    default: 'none, there are no books',
  }),
  LOGTO_TIMEOUT_SECONDS: wholeNumber(1, 60, 5).default(5).register(documentation, {
    about: 'How long one call to Logto may take, 1 to 60 seconds. After that it has failed.',
    example: '10',
  }),
  LOGTO_WEBHOOK_SIGNING_KEY: signingKeys.optional().register(documentation, {
    about:
      'The signing key of the webhook at Logto that tells of suspended and deleted people (docs/webhooks.md). Secret. With it there is POST /hooks/logto. Several with commas, to change it: all of them are accepted.',
    example: 'wK3nVt8yQpL2sXz6RbM9cHf4JdG7uTa1',
    default: 'none, there is no webhook',
  }),
  HF_ACCESS_TOKENS: flag.default(false).register(documentation, {
    about:
      'Gives the app an access token for Hugging Face of each person (docs/hugging-face-tokens.md). It takes a Logto that was prepared for it: npm run logto:setup.',
    example: 'true',
  }),
  HF_ALLOWED_ORGANIZATIONS: huggingFaceOrganizations.optional().register(documentation, {
    about:
      'Only members of these organizations at Hugging Face may sign in, each as handle:id, separated by commas. It takes HF_ACCESS_TOKENS=true; npm run logto:setup finds the ids.',
    example: 'acme:65a1c0de00000000000a1837',
    default: 'none, anybody may sign in',
  }),
  HF_PROFILE_MINUTES: wholeNumber(1, 24 * 60, 10)
    .default(10)
    .register(documentation, {
      about:
        'How old what Hugging Face said of a person (organizations, Pro) may be, 1 to 1440 minutes.',
      example: '5',
    }),
  HF_ENDPOINT: origin('https://huggingface.co')
    .default('https://huggingface.co')
    .register(documentation, {
      about: 'The address of Hugging Face: another one is for a proxy or a stand-in.',
      example: 'https://hub.example.com',
    }),
  BASE_URL: origin('https://app.example.com').register(documentation, {
    about:
      'The origin people see: scheme and host, nothing after it. Must be https, except on this machine. Logto has to know it: <BASE_URL>/callback and <BASE_URL>/ are registered there.',
    example: 'https://app.example.com',
  }),
  ...redisVariables,
  SESSION_SECRET: secrets.register(documentation, {
    about:
      'Seals the sessions in Redis and signs the cookies. Secret. 32 characters or more: openssl rand -base64 48. Several with commas: the first one writes, all of them read. To rotate, restart all processes one by one with old,new, then again with new,old, and SESSION_MAX_HOURS later with new alone. The example is refused, on purpose.',
    example: 'change-me-to-what-openssl-rand-base64-48-prints',
  }),
  SESSION_IDLE_MINUTES: wholeNumber(1, 400 * 24 * 60, IDLE_MINUTES)
    .optional()
    .register(documentation, {
      about: 'A session that nobody uses ends after this many minutes.',
      example: '60',
      default: `${IDLE_MINUTES} (48 hours), or SESSION_MAX_HOURS where that is shorter`,
    }),
  // A cookie lives 400 days at most (RFC 6265bis section 5.5), so a session can't live longer (S40).
  SESSION_MAX_HOURS: wholeNumber(1, 400 * 24, 336)
    .default(336)
    .register(documentation, {
      about:
        "A session ends after this many hours, used or not. Logto's own session lasts 14 days too.",
      example: '168',
      default: '336 (14 days)',
    }),
  SESSION_MAX_PER_USER: wholeNumber(1, 10_000, 100).default(100).register(documentation, {
    about:
      'How many sessions one person may have at a time, 1 to 10000. With one more, the one unused for longest ends.',
    example: '10',
  }),
  ACCOUNT_RECHECK_MINUTES: wholeNumber(1, 24 * 60, 10)
    .default(10)
    .register(documentation, {
      about:
        'A session in use asks Logto this often whether the person may still come in, 1 to 1440 minutes.',
      example: '5',
    }),
};

type KitVariables = z.output<z.ZodObject<typeof kitVariables>>;
type Lifetimes = Pick<KitVariables, 'SESSION_IDLE_MINUTES' | 'SESSION_MAX_HOURS'>;

/** Mistakes that need two of the kit's variables to see. */
export const kitChecks = [
  ...redisChecks,
  crossCheck<Pick<KitVariables, 'HF_ACCESS_TOKENS' | 'HF_ALLOWED_ORGANIZATIONS'>>(
    ['HF_ACCESS_TOKENS', 'HF_ALLOWED_ORGANIZATIONS'],
    (env) =>
      env.HF_ALLOWED_ORGANIZATIONS !== undefined &&
      !env.HF_ACCESS_TOKENS &&
      'HF_ALLOWED_ORGANIZATIONS takes HF_ACCESS_TOKENS=true: only with a token does Hugging Face say where somebody belongs',
  ),
  crossCheck<Lifetimes>(
    ['SESSION_IDLE_MINUTES', 'SESSION_MAX_HOURS'],
    ({ SESSION_IDLE_MINUTES: idle = 0, SESSION_MAX_HOURS: max }) =>
      idle > max * 60 &&
      `SESSION_IDLE_MINUTES is longer than SESSION_MAX_HOURS (${max} hours, ${max * 60} minutes): a session would never be idle for that long; lower the first or raise the second`,
  ),
];

/** Without a Redis of its own, the kit needs to be told of one. */
const redisIsNeeded = crossCheck<Pick<KitVariables, 'REDIS_URL'>>(
  ['REDIS_URL'],
  (env) =>
    !env.REDIS_URL && 'REDIS_URL is missing: sessions need a Redis, for example redis://redis:6379',
);

/** What the kit can be told from outside. Times are milliseconds. */
export type KitConfig = ReturnType<typeof kitConfig>;

/** What the values of the variables mean. */
export function kitConfig(env: KitVariables) {
  const maxMs = env.SESSION_MAX_HOURS * HOUR;
  return {
    /** The origin people see, without a trailing slash. */
    baseUrl: env.BASE_URL,
    /** True under https: Secure and `__Host-` cookies, HSTS. */
    secure: env.BASE_URL.startsWith('https:'),
    /** Ends the names of cookies, which know no ports: '' or `-4000`. */
    cookieSuffix: cookieSuffix(env.BASE_URL),
    logto: {
      endpoint: env.LOGTO_ENDPOINT,
      issuer: `${env.LOGTO_ENDPOINT}/oidc`,
      appId: env.LOGTO_APP_ID,
      appSecret: env.LOGTO_APP_SECRET,
      /** People belong to organizations at Logto, and their tokens say so. */
      organizations: env.LOGTO_ORGANIZATIONS,
      /** The API that access tokens are for (RFC 8707); null: this site has none. */
      apiResource: env.API_RESOURCE ?? null,
      timeoutMs: env.LOGTO_TIMEOUT_SECONDS * 1000,
      /** Any of them may have signed a webhook; none: there is no route for webhooks. */
      webhookKeys: env.LOGTO_WEBHOOK_SIGNING_KEY ?? [],
    },
    huggingFace: {
      /** Its origin. */
      endpoint: env.HF_ENDPOINT,
      /** Logto keeps people's tokens for it, and hands them out. */
      accessTokens: env.HF_ACCESS_TOKENS,
      /** Only their members may sign in; null: anybody. */
      allowedOrganizations: env.HF_ALLOWED_ORGANIZATIONS ?? null,
      /** How old a profile may be. */
      profileMs: env.HF_PROFILE_MINUTES * MINUTE,
    },
    /** null where the app brings a client of its own. */
    redis: redisConfig(env),
    session: {
      /** The first one writes, all of them read. */
      secrets: env.SESSION_SECRET,
      idleMs: Math.min((env.SESSION_IDLE_MINUTES ?? IDLE_MINUTES) * MINUTE, maxMs),
      maxMs,
      /** So many sessions of one person at a time. */
      maxPerUser: env.SESSION_MAX_PER_USER,
      /** A session in use asks Logto this often whether the person is still welcome. */
      recheckMs: env.ACCOUNT_RECHECK_MINUTES * MINUTE,
    },
  };
}

/**
 * Reads and checks the kit's variables and no others. An empty value counts as absent.
 *
 * @param options.redisIsGiven the app brings a client of Redis, so REDIS_URL may be missing.
 * @throws {ConfigError} listing every mistake, each with its variable and what would be right.
 */
export function parseKitConfig(
  environment: Environment,
  { redisIsGiven = false }: { redisIsGiven?: boolean } = {},
): KitConfig {
  const schema = z.object(kitVariables).check(...kitChecks);
  return kitConfig(
    readEnvironment(
      redisIsGiven ? schema : schema.check(redisIsNeeded),
      environment,
      'Each line begins with the name of an environment variable or option.',
    ),
  );
}

/**
 * Cookies are shared by all ports of a host (RFC 6265 section 8.5), so two sites on one would sign
 * each other out. The default ports have the plain names (docs/decisions/014).
 */
function cookieSuffix(baseUrl: string): string {
  const { protocol, port } = new URL(baseUrl);
  const isDefault = port === '' || (protocol === 'http:' && port === '3000');
  return isDefault ? '' : `-${port}`;
}

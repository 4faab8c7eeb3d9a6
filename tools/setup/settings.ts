import { z } from 'zod';
import {
  absoluteUri,
  type Environment,
  flag,
  origin,
  wholeNumber,
} from '../../src/doorstep/operator.ts';
import { HUGGING_FACE } from '../shared/hugging-face-app.ts';
import { NEW_OAUTH_APP } from './hugging-face.ts';

/** The application that Logto seeds for the console itself. It belongs to the admin endpoint. */
export const SEEDED_APP = 'm-default';

export type Credentials = { id: string; secret: string } | { databaseUrl: string };

export interface Settings {
  /** Logto's origin. */
  endpoint: string;
  tokenEndpoint: string;
  /** The resource indicator of the Management API. */
  managementApi: string;
  credentials: Credentials;
  /** The app's origin. */
  baseUrl: string;
  appName: string;
  /** The app runs as in production: of npm's scripts, there is none. */
  production: boolean;
  /** Which application is ours, where that is known. */
  appId: string | null;
  huggingFace: {
    clientId: string;
    clientSecret: string;
    /** null where nobody asked for one: then a connector keeps its own. */
    scope: string | null;
    /** Its origin. */
    endpoint: string;
    /** Logto is to keep people's access tokens of Hugging Face. */
    accessTokens: boolean;
    /** Only their members may sign in; empty: everybody. `id` is null where it has to be looked up. */
    organizations: { handle: string; id: string | null }[];
  };
  socialOnly: boolean;
  organizations: boolean;
  /** The indicator of the API to protect. */
  apiResource: string | null;
  /** The environment brings its own SESSION_SECRET, so the file needs none. */
  hasSessionSecret: boolean;
  /** Signing keys of webhooks that the app has already. */
  webhookKeys: string[];
}

export interface Problem {
  variable: string;
  message: string;
  /** It was not given at all, so a person can be asked for it. */
  missing: boolean;
}

/** The form of each variable. What may be left out depends on the others: see `missingOf`. */
const schema = z.object({
  LOGTO_ENDPOINT: origin('https://your-tenant.logto.app').optional(),
  LOGTO_ADMIN_ENDPOINT: origin('http://localhost:3002').optional(),
  LOGTO_DB_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/./, 'must be an address such as postgres://user:password@host/logto')
    .optional(),
  LOGTO_M2M_APP_ID: z.string().optional(),
  LOGTO_M2M_APP_SECRET: z.string().optional(),
  LOGTO_MANAGEMENT_API: absoluteUri.optional(),
  LOGTO_APP_ID: z.string().optional(),
  HF_CLIENT_ID: z.string().optional(),
  HF_CLIENT_SECRET: z.string().optional(),
  HF_SCOPE: z.string().optional(),
  HF_ENDPOINT: origin(HUGGING_FACE).default(HUGGING_FACE),
  HF_ACCESS_TOKENS: flag.default(false),
  HF_ALLOWED_ORGANIZATIONS: z
    .string()
    .regex(
      /^( *[\w.-]{1,96}(:[\da-f]{24})? *(,(?!$)|$))+$/,
      'must be handles of organizations at Hugging Face, separated by commas, such as acme,other',
    )
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .default([]),
  NODE_ENV: z.string().optional(),
  PORT: wholeNumber(1, 65_535, 3000).default(3000),
  BASE_URL: origin('https://app.example.com').optional(),
  APP_NAME: z.string().max(40, 'must be at most 40 characters').default('Doorstep'),
  LOGTO_SOCIAL_ONLY: flag.default(false),
  LOGTO_ORGANIZATIONS: flag.default(false),
  API_RESOURCE: absoluteUri.optional(),
  SESSION_SECRET: z.string().optional(),
  LOGTO_WEBHOOK_SIGNING_KEY: z.string().default(''),
});

/** Reads what set-up is told: the settings, or null and everything that is wrong or missing at once. */
export function readSettings(environment: Environment): {
  settings: Settings | null;
  problems: Problem[];
} {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({
      variable: path.join('.'),
      message,
      missing: false,
    })),
    ...missingOf(given),
  ];
  if (!parsed.success || problems.length > 0) return { settings: null, problems };

  const env = parsed.data;
  const endpoint = env.LOGTO_ENDPOINT ?? '';
  const id = env.LOGTO_M2M_APP_ID ?? SEEDED_APP;
  const tokenOrigin = id === SEEDED_APP ? (env.LOGTO_ADMIN_ENDPOINT ?? endpoint) : endpoint;
  const settings: Settings = {
    endpoint,
    tokenEndpoint: `${tokenOrigin}/oidc/token`,
    managementApi: env.LOGTO_MANAGEMENT_API ?? managementApiOf(endpoint),
    credentials: env.LOGTO_M2M_APP_SECRET
      ? { id, secret: env.LOGTO_M2M_APP_SECRET }
      : { databaseUrl: env.LOGTO_DB_URL ?? '' },
    baseUrl: env.BASE_URL ?? `http://localhost:${env.PORT}`,
    appName: env.APP_NAME,
    production: env.NODE_ENV === 'production',
    appId: env.LOGTO_APP_ID ?? null,
    huggingFace: {
      clientId: env.HF_CLIENT_ID ?? '',
      clientSecret: env.HF_CLIENT_SECRET ?? '',
      scope: env.HF_SCOPE ?? null,
      endpoint: env.HF_ENDPOINT,
      accessTokens: env.HF_ACCESS_TOKENS,
      organizations: env.HF_ALLOWED_ORGANIZATIONS.map((entry) => {
        const [handle = '', id = null] = entry.split(':');
        return { handle, id };
      }),
    },
    socialOnly: env.LOGTO_SOCIAL_ONLY,
    organizations: env.LOGTO_ORGANIZATIONS,
    apiResource: env.API_RESOURCE ?? null,
    hasSessionSecret: env.SESSION_SECRET !== undefined,
    webhookKeys: env.LOGTO_WEBHOOK_SIGNING_KEY.split(',')
      .map((key) => key.trim())
      .filter(Boolean),
  };
  return { settings, problems: [] };
}

/** What is wrong with one variable's value, or null. */
export function problemOf(variable: string, value: string): string | null {
  const { problems } = readSettings({ [variable]: value });
  return problems.find((one) => one.variable === variable && !one.missing)?.message ?? null;
}

function missingOf(env: Environment): Problem[] {
  const needs = (variable: string, message: string): Problem[] =>
    env[variable] ? [] : [{ variable, message, missing: true }];
  return [
    ...needs('LOGTO_ENDPOINT', 'the address of your Logto'),
    ...missingCredentials(env, needs),
    ...needs('HF_CLIENT_ID', `the client ID of your OAuth app at Hugging Face (${NEW_OAUTH_APP})`),
    ...needs('HF_CLIENT_SECRET', 'an app secret of that OAuth app'),
    ...(env.HF_ALLOWED_ORGANIZATIONS && env.HF_ACCESS_TOKENS !== 'true'
      ? [
          {
            variable: 'HF_ALLOWED_ORGANIZATIONS',
            message:
              'needs HF_ACCESS_TOKENS=true: only with a token does Hugging Face say who is a member',
            missing: false,
          },
        ]
      : []),
    ...(env.NODE_ENV === 'production'
      ? needs('BASE_URL', 'where people reach the app, for example https://app.example.com')
      : []),
  ];
}

function missingCredentials(
  env: Environment,
  needs: (variable: string, message: string) => Problem[],
): Problem[] {
  const adminEndpoint = () => needs('LOGTO_ADMIN_ENDPOINT', "the address of your Logto's console");
  const usesSeededApp = !env.LOGTO_M2M_APP_ID || env.LOGTO_M2M_APP_ID === SEEDED_APP;
  if (usesSeededApp && !env.LOGTO_M2M_APP_SECRET && env.LOGTO_DB_URL) return adminEndpoint();
  if (env.LOGTO_M2M_APP_ID === SEEDED_APP) {
    return [...needs('LOGTO_M2M_APP_SECRET', `the secret of ${SEEDED_APP}`), ...adminEndpoint()];
  }
  return [
    ...needs(
      'LOGTO_M2M_APP_ID',
      'a machine-to-machine application of your Logto (for a Logto of your own that nobody has set up yet, LOGTO_ADMIN_ENDPOINT and LOGTO_DB_URL instead)',
    ),
    ...needs('LOGTO_M2M_APP_SECRET', 'an app secret of that application'),
  ];
}

/** A tenant of Logto Cloud has an indicator of its own; every other Logto has the default one. */
export function managementApiOf(endpoint: string): string {
  return new URL(endpoint).hostname.endsWith('.logto.app')
    ? `${endpoint}/api`
    : 'https://default.logto.app/api';
}

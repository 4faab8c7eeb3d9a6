import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('build', import.meta.url));
export const SESSION_SECRET = 'B3nch-only:f0r-cookies+and/sealing=kE9xQz7wLmVb';

/**
 * What a contender is measured for: 'bound' is the lower bound, without a sign-in; 'own' is of
 * Doorstep; 'revocable' can sign people out on the server; 'cookie' cannot, since all is in the cookie;
 * 'verifying' is another one made to verify the ID token's signature, measured for whole sign-ins.
 */
export type Kind = 'bound' | 'own' | 'revocable' | 'cookie' | 'verifying';

export interface Contender {
  name: string;
  title: string;
  kind: Kind;
  framework: 'node:http' | 'Express' | 'Fastify' | 'Hono';
  /** How it trusts the ID token: by its signature, or since it came over TLS from the token endpoint. */
  verifies: 'signature' | 'TLS' | null;
  /** Words after `node`. */
  words: string[];
  environment?: NodeJS.ProcessEnv;
  /** Where a sign-in begins; null where there is none. */
  signInPath: string | null;
  callbackPath: string;
}

const BY_OPENID_CLIENT = {
  signInPath: '/login',
  callbackPath: '/callback',
  verifies: 'TLS',
} as const;
const EXPRESS = { ...BY_OPENID_CLIENT, framework: 'Express' } as const;
const FASTIFY = { ...BY_OPENID_CLIENT, framework: 'Fastify' } as const;
const HONO = { ...BY_OPENID_CLIENT, framework: 'Hono' } as const;
const VERIFYING = {
  kind: 'verifying',
  verifies: 'signature',
  environment: { BENCH_VERIFY: 'signature' },
} as const;
const BETTER_AUTH = {
  framework: 'Express',
  verifies: 'signature',
  words: [`${BUILD}/better-auth.js`],
  signInPath: '/login',
  callbackPath: '/api/auth/callback/logto',
} as const satisfies Partial<Contender>;

export const contenders: Contender[] = [
  {
    name: 'floor',
    title: 'lower bound (node:http, one GET)',
    kind: 'bound',
    framework: 'node:http',
    verifies: null,
    words: [`${BUILD}/floor.js`],
    signInPath: null,
    callbackPath: '/',
  },
  {
    name: 'doorstep',
    title: 'Doorstep',
    kind: 'own',
    framework: 'Express',
    verifies: 'signature',
    words: ['--enable-source-maps', `${ROOT}/dist/src/main.js`],
    signInPath: '/sign-in',
    callbackPath: '/callback',
  },
  {
    // Its program is that of the checkout that --against names.
    name: 'before',
    title: 'Doorstep, another checkout',
    kind: 'own',
    framework: 'Express',
    verifies: 'signature',
    words: [],
    signInPath: '/sign-in',
    callbackPath: '/callback',
  },
  {
    name: 'kit',
    title: 'the kit alone',
    kind: 'own',
    framework: 'Express',
    verifies: 'signature',
    words: [`${BUILD}/kit.js`],
    signInPath: '/sign-in',
    callbackPath: '/callback',
  },
  {
    name: 'plain',
    title: '@logto/express + connect-redis',
    kind: 'revocable',
    framework: 'Express',
    verifies: 'signature',
    words: [`${BUILD}/plain.js`],
    signInPath: '/logto/sign-in',
    callbackPath: '/logto/sign-in-callback',
  },
  {
    ...EXPRESS,
    name: 'eoidc-redis',
    title: 'express-openid-connect, Redis',
    kind: 'revocable',
    words: [`${BUILD}/express-openid-connect.js`],
    environment: { BENCH_STORE: 'redis' },
  },
  {
    ...EXPRESS,
    name: 'passport',
    title: 'passport + openid-client',
    kind: 'revocable',
    words: [`${BUILD}/passport.js`],
  },
  {
    ...BETTER_AUTH,
    name: 'better-auth',
    title: 'better-auth, Redis',
    kind: 'revocable',
  },
  {
    ...FASTIFY,
    name: 'fastify',
    title: 'fastify + @fastify/session, Redis',
    kind: 'revocable',
    words: [`${BUILD}/fastify.js`],
  },
  {
    ...HONO,
    name: 'hono',
    title: 'hono + @hono/session, Redis',
    kind: 'revocable',
    words: [`${BUILD}/hono.js`],
  },
  {
    ...EXPRESS,
    name: 'eoidc-cookie',
    title: 'express-openid-connect, cookie',
    kind: 'cookie',
    words: [`${BUILD}/express-openid-connect.js`],
  },
  {
    ...BETTER_AUTH,
    name: 'better-auth-cache',
    title: 'better-auth, cookie cache',
    kind: 'cookie',
    environment: { BENCH_COOKIE_CACHE: 'on' },
  },
  {
    ...FASTIFY,
    name: 'secure-session',
    title: 'fastify + @fastify/secure-session',
    kind: 'cookie',
    words: [`${BUILD}/secure-session.js`],
  },
  {
    ...EXPRESS,
    name: 'iron-session',
    title: 'iron-session',
    kind: 'cookie',
    words: [`${BUILD}/iron-session.js`],
  },
  {
    ...EXPRESS,
    ...VERIFYING,
    name: 'passport-verifying',
    title: 'passport, verifying signatures',
    words: [`${BUILD}/passport.js`],
  },
  {
    ...FASTIFY,
    ...VERIFYING,
    name: 'fastify-verifying',
    title: 'fastify, verifying signatures',
    words: [`${BUILD}/fastify.js`],
  },
  {
    ...HONO,
    ...VERIFYING,
    name: 'hono-verifying',
    title: 'hono, verifying signatures',
    words: [`${BUILD}/hono.js`],
  },
];

/**
 * Who is measured.
 *
 * @param only Names; the lower bound and Doorstep are always there, and all are for no name.
 * @param against A built checkout of Doorstep.
 */
export function chosen(only: string[], against: string | null): Contender[] {
  const program = against && `${resolve(against)}/dist/src/main.js`;
  if (program && !existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  return contenders.flatMap((contender) => {
    const { name } = contender;
    if (name === 'before') {
      return program ? [{ ...contender, words: ['--enable-source-maps', program] }] : [];
    }
    const isWanted = only.length === 0 || ['floor', 'doorstep', ...only].includes(name);
    return isWanted ? [contender] : [];
  });
}

import {
  base64url,
  decodeProtectedHeader,
  errors,
  type JWTClaimVerificationOptions,
  type JWTPayload,
  jwtVerify,
  UnsecuredJWT,
} from 'jose';
import { z } from 'zod';
import { InvalidLogoutToken, LogtoError, SignInFailed, Unauthorized } from '../errors.ts';
import { type KeySet, SIGNING_ALGORITHMS } from './key-set.ts';
import { SignatureQueueFull } from './signature-queue.ts';

/** The SDK's own figure for ID tokens; Logto gives a logout token two minutes. */
const CLOCK_TOLERANCE_SECONDS = 300;
const ACCESS_TOKEN_CLOCK_TOLERANCE_SECONDS = 30;
/** Of `sub`, 255 by OpenID Connect Core section 2; of the others nothing is said. */
const MAX_ID_LENGTH = 255;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What every token of Logto is held against. */
export interface Expected {
  keySet: KeySet;
  issuer: string;
  /** Milliseconds since 1970. */
  now: number;
}

interface Rules<Claims> extends Expected {
  audience?: string;
  typ?: string;
  clockToleranceSeconds: number;
  maxAgeSeconds?: number;
  requiredClaims: string[];
  claims: z.ZodType<Claims>;
  /** It came from our own call of the token endpoint; anybody can send the others. */
  isOwn?: boolean;
  /** Runs the check of the signature, the only thing here that costs something, when there is room. */
  schedule?: Schedule;
  /** What an invalid token is to whoever sent it. */
  refuse: (cause: unknown) => Error;
}

/** Runs work now or later. What it throws is passed on. */
export type Schedule = <Result>(work: () => Promise<Result>) => Promise<Result>;

const runNow: Schedule = (work) => work();

/** The one place where a JWT is verified: signature, algorithm, issuer, audience, type, times, form. */
async function verify<Claims>(token: string, rules: Rules<Claims>): Promise<Claims> {
  const { keySet, audience, typ, maxAgeSeconds, isOwn = false, schedule = runNow } = rules;
  const options = {
    issuer: rules.issuer,
    algorithms: SIGNING_ALGORITHMS,
    clockTolerance: rules.clockToleranceSeconds,
    requiredClaims: rules.requiredClaims,
    currentDate: new Date(rules.now),
    ...(audience !== undefined && { audience }),
    ...(typ !== undefined && { typ }),
    ...(maxAgeSeconds !== undefined && { maxTokenAge: maxAgeSeconds }),
  };
  try {
    // Our own come by few, and what is wrong with them decides what happens: signature first.
    if (!isOwn) rules.claims.parse(unverifiedClaims(token, options));
    const header = decodeProtectedHeader(token);
    assertAlgorithm(header.alg);
    const key = await keySet.find(header, { isOwn });
    const { payload } = await schedule(() => jwtVerify(token, key, options));
    return rules.claims.parse(payload);
  } catch (cause) {
    if (cause instanceof LogtoError || cause instanceof SignatureQueueFull) throw cause;
    throw rules.refuse(cause);
  }
}

/**
 * Form, type, issuer, audience and times, before anything is spent on a token that anybody can send.
 * jose looks at the claims of an unsigned JWT only: so it is shown this one without its signature.
 */
function unverifiedClaims(token: string, options: JWTClaimVerificationOptions): JWTPayload {
  const header = { ...decodeProtectedHeader(token), alg: 'none' };
  const [, payload, signature] = token.split('.');
  if (!signature) throw new errors.JWTInvalid('The signature is missing');
  const unsigned = `${base64url.encode(JSON.stringify(header))}.${payload}.`;
  return UnsecuredJWT.decode(unsigned, options).payload;
}

function assertAlgorithm(alg: string | undefined): asserts alg is string {
  if (alg !== undefined && SIGNING_ALGORITHMS.includes(alg)) return;
  throw new errors.JOSEAlgNotAllowed('The algorithm is not allowed');
}

const nullableText = z.string().nullish();
/** With other kinds of these, the SDK can't tell the claims. Made once: zod compiles each schema. */
const IdClaims = z.looseObject({
  sub: z.string().min(1).max(MAX_ID_LENGTH),
  iat: z.number(),
  aud: z.string(),
  at_hash: nullableText,
  name: nullableText,
  username: nullableText,
  picture: nullableText,
  email: nullableText,
  phone_number: nullableText,
  email_verified: z.boolean().optional(),
  phone_number_verified: z.boolean().optional(),
});

/**
 * Takes the place of the SDK's verifier, which fetches the key set anew at every sign-in.
 * Source: OpenID Connect Core 3.1.3.7.
 *
 * @throws {SignInFailed} `id_token_invalid`, or {@link LogtoUnavailable} without a key set.
 */
export async function verifyIdToken(
  idToken: string,
  expected: Expected & { audience: string },
): Promise<void> {
  const refuse = (cause: unknown) =>
    new SignInFailed('id_token_invalid', 'The ID token is invalid', { cause });
  const claims = await verify(idToken, {
    ...expected,
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['sub', 'iat', 'exp'],
    isOwn: true,
    claims: IdClaims,
    refuse,
  });
  if (Math.abs(claims.iat - expected.now / 1000) > CLOCK_TOLERANCE_SECONDS) {
    throw refuse(new errors.JWTInvalid('iat is more than five minutes off: compare the clocks'));
  }
}

const LogoutClaims = z
  .looseObject({
    jti: z.string().min(1).max(MAX_ID_LENGTH),
    sub: z.string().min(1).max(MAX_ID_LENGTH).optional(),
    sid: z.string().min(1).max(MAX_ID_LENGTH).optional(),
    events: z.looseObject({ [LOGOUT_EVENT]: z.looseObject({}) }),
    nonce: z.never('must not be there').optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, 'sub or sid must be there');

export type LogoutToken = { jti: string } & ({ sid: string } | { sub: string });

/**
 * Signature, typ, issuer, audience, times, event, no nonce, sub or sid
 * (OpenID Connect Back-Channel Logout 1.0, section 2.6).
 *
 * @returns the session at Logto that ended, or with `sub` alone the user.
 * @param expected.schedule For the signature: everything else is looked at before.
 * @throws {InvalidLogoutToken}, {@link LogtoUnavailable} without a key set, or
 * {@link SignatureQueueFull} when the signature could not be looked at.
 */
export async function verifyLogoutToken(
  token: string,
  expected: Expected & { audience: string; schedule: Schedule },
): Promise<LogoutToken> {
  const { jti, sid, sub } = await verify(token, {
    ...expected,
    typ: 'logout+jwt',
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    // With the tolerance, five minutes old or early at most, whatever its exp says (S21).
    maxAgeSeconds: 0,
    requiredClaims: ['jti', 'iat', 'exp', 'events'],
    claims: LogoutClaims,
    refuse: (cause) => new InvalidLogoutToken('The logout token is invalid', { cause }),
  });
  if (sid !== undefined) return { jti, sid };
  return { jti, sub: sub ?? '' };
}

/** RFC 9068, with Logto's `organization_id`. Roles are there only where Logto is told to add them. */
const AccessClaims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1).max(MAX_ID_LENGTH),
  aud: z.union([z.string(), z.array(z.string())]).transform((aud) => [aud].flat()),
  iat: z.number(),
  exp: z.number(),
  client_id: z.string().optional(),
  scope: z.string().default(''),
  organization_id: z.string().min(1).optional(),
  roles: z.array(z.string()).default([]),
  organization_roles: z.array(z.string()).default([]),
});
export type AccessClaims = z.infer<typeof AccessClaims>;

/**
 * Signature, type, issuer and expiry; the audience is the caller's to look at. `typ` keeps ID tokens
 * and logout tokens out (RFC 9068 section 4).
 *
 * @throws {Unauthorized}, or {@link LogtoUnavailable} without a key set.
 */
export function verifyAccessToken(token: string, expected: Expected): Promise<AccessClaims> {
  return verify(token, {
    ...expected,
    typ: 'at+jwt',
    clockToleranceSeconds: ACCESS_TOKEN_CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['sub', 'aud', 'iat', 'exp'],
    claims: AccessClaims,
    refuse: (cause) =>
      invalidAccessToken(cause instanceof errors.JWTExpired ? EXPIRED : INVALID, cause),
  });
}

const EXPIRED = 'The access token has expired';
const INVALID = 'The access token is invalid';

/** RFC 6750 section 3.1. @param why For the client, so nothing internal. */
export const invalidAccessToken = (why: string, cause?: unknown): Unauthorized =>
  new Unauthorized(why, { error: 'invalid_token', error_description: why }, { cause });

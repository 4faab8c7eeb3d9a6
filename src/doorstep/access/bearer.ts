import { getOrganizationIdFromUrn, organizationUrnPrefix } from '@logto/node';
import type { Request, RequestHandler } from 'express';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import type { AuthDeps } from '../doorstep.ts';
import { LogtoUnavailable, Unauthorized } from '../errors.ts';
import { SIGNING_ALGORITHMS } from '../logto/key-set.ts';
import { memberships } from '../session/user.ts';
import { type Caller, scopeSet, setCaller } from './caller.ts';

/** Seconds that clocks may differ. */
const CLOCK_TOLERANCE = 30;

/** RFC 9068, with Logto's `organization_id`. Roles are there only where Logto is told to add them. */
const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string())]).transform((aud) => [aud].flat()),
  iat: z.number(),
  exp: z.number(),
  scope: z.string().default(''),
  organization_id: z.string().min(1).optional(),
  roles: z.array(z.string()).default([]),
  organization_roles: z.array(z.string()).default([]),
});
type Claims = z.infer<typeof Claims>;

type BearerDeps = Pick<AuthDeps, 'config' | 'logto' | 'now'>;

/**
 * For /api: a request carries an access token as `Authorization: Bearer`, or is refused. Cookies say
 * nothing here, so no other site can make a browser do anything (RFC 6750 section 2.1).
 */
export function bearer(deps: BearerDeps): RequestHandler {
  return async (req, _res, next) => {
    const claims = await verify(deps, tokenOf(req));
    const { iss, sub, iat, exp } = claims;
    const [aud = ''] = claims.aud;
    req.user = { isAuthenticated: true, claims: { iss, sub, aud, iat, exp } };
    setCaller(req, tokenCaller(claims, organizationOfToken(claims, deps.config)));
    next();
  };
}

function tokenOf(req: Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '') ?? [];
  // RFC 6750 section 3.1: without a token, the answer names no error.
  if (!token) throw new Unauthorized('There is no bearer token');
  return token;
}

/**
 * Signature by the shared key set, algorithm, type, issuer and expiry. `typ` keeps ID tokens and
 * logout tokens out (RFC 9068 section 4).
 *
 * @throws {Unauthorized}, or {@link LogtoUnavailable} without a key set.
 */
async function verify({ config, logto, now }: BearerDeps, token: string): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, await logto.keySet(), {
      typ: 'at+jwt',
      issuer: config.logto.issuer,
      algorithms: SIGNING_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['sub', 'aud', 'iat', 'exp'],
      currentDate: new Date(now()),
    });
    return Claims.parse(payload);
  } catch (cause) {
    if (cause instanceof LogtoUnavailable) throw cause;
    throw invalid(
      cause instanceof errors.JWTExpired ? 'The access token has expired' : null,
      cause,
    );
  }
}

/**
 * Made for this API (S17), or an organization token, whose audience is the organization itself.
 *
 * @returns the organization that the token was given for; null: none.
 */
function organizationOfToken({ aud, organization_id }: Claims, { logto }: Config): string | null {
  if (logto.apiResource && aud.includes(logto.apiResource)) return organization_id ?? null;
  const [first = ''] = aud;
  const id = first.startsWith(organizationUrnPrefix) ? getOrganizationIdFromUrn(first) : '';
  if (logto.organizations && aud.length === 1 && id) return id;
  throw invalid('The access token is for another audience');
}

function tokenCaller(claims: Claims, organizationId: string | null): Caller {
  const { iss, sub, scope, roles } = claims;
  const organizations = organizationId === null ? [] : [organizationId];
  return {
    kind: 'token',
    iss,
    sub,
    account: sub,
    roles,
    organizations: memberships({ ...claims, organizations }),
    sinceAskedSignIn: Number.POSITIVE_INFINITY,
    // A token for one organization says nothing about another, nor about its owner's own things.
    scopes: async (wanted) => scopeSet(wanted === organizationId ? scope : ''),
  };
}

const invalid = (why: string | null, cause?: unknown) =>
  new Unauthorized(
    why ?? 'The access token does not hold',
    { error: 'invalid_token', error_description: why ?? 'The access token does not hold' },
    { cause },
  );

import { getOrganizationIdFromUrn, organizationUrnPrefix } from '@logto/express';
import type { Request, RequestHandler } from 'express';
import type { HuggingFaceOrganizationId } from '../config/fields.ts';
import type { Challenge } from '../denial.ts';
import { Forbidden, Misuse, Unauthorized } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import { type AccessClaims, invalidAccessToken, verifyAccessToken } from '../logto/tokens.ts';
import { memberships } from '../session/user.ts';
import { type Claims, type SignedIn, scopeSet, setPrincipal } from './principal.ts';
import type { ProtectedResource } from './protected-resource.ts';

export interface BearerDeps {
  signInPath: string;
  issuer: string;
  /** The API that tokens have to be for; null: none, so no token is. */
  apiResource: string | null;
  /** Whether tokens for an organization are taken too. */
  organizations: boolean;
  /** What challenges name (RFC 9728 section 5.1), where `apiPath` is that of the request. */
  resource?: Pick<ProtectedResource, 'apiPath' | 'url'> | null;
  /** The organizations at Hugging Face whose members may come in; null: anybody. */
  membersOf: readonly HuggingFaceOrganizationId[] | null;
  logto: Logto;
  now: () => number;
}

/**
 * For /api: a request carries an access token as `Authorization: Bearer`, or is refused. Cookies say
 * nothing here, so no other site can make a browser do anything (RFC 6750 section 2.1).
 */
export function bearer(deps: BearerDeps): RequestHandler {
  const { issuer, logto, now } = deps;
  return async (req, _res, next) => {
    const challenge = challengeOf(req, deps);
    try {
      const token = tokenOf(req);
      const expected = { keySet: logto.keySet, issuer, now: now() };
      const claims = await verifyAccessToken(token, expected);
      if (deps.membersOf) programsOnly(claims, deps.membersOf);
      const organizationId = organizationOfToken(claims, deps);
      setPrincipal(req, new TokenPrincipal(claims, organizationId, { ...deps, challenge }));
    } catch (error) {
      if (error instanceof Unauthorized) Object.assign(error.challenge, challenge);
      throw error;
    }
    next();
  };
}

const challengeOf = ({ baseUrl }: Request, { resource }: BearerDeps): Challenge =>
  resource && baseUrl.toLowerCase() === resource.apiPath ? { resource_metadata: resource.url } : {};

function tokenOf(req: Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '') ?? [];
  // RFC 6750 section 3.1: without a token, the answer names no error.
  if (!token) throw new Unauthorized('There is no bearer token');
  return token;
}

/**
 * Made for this API (S17), or an organization token, whose audience is the organization itself.
 *
 * @returns the organization that the token was given for; null: none.
 */
function organizationOfToken(
  { aud, organization_id }: AccessClaims,
  { apiResource, organizations }: BearerDeps,
): string | null {
  if (apiResource && aud.includes(apiResource)) return organization_id ?? null;
  const [first = ''] = aud;
  const id = first.startsWith(organizationUrnPrefix) ? getOrganizationIdFromUrn(first) : '';
  if (organizations && aud.length === 1 && id) return id;
  throw invalidAccessToken('The access token is for another audience');
}

/**
 * An access token does not tell where its owner belongs at Hugging Face. A program's own (RFC 9068
 * section 2.2: `sub` is the client) is let in: whoever runs Logto made it.
 */
function programsOnly({ sub, client_id }: AccessClaims, of: readonly HuggingFaceOrganizationId[]) {
  if (sub === client_id) return;
  const name = of.map(({ handle }) => handle).join(', ');
  const missing = { kind: 'Hugging Face organization', name } as const;
  throw new Forbidden({ missing, account: sub, challenge: {} });
}

/** Whoever holds an access token: a program, for itself or for a person. */
class TokenPrincipal implements SignedIn {
  readonly isAuthenticated = true;
  readonly signInPath: string;
  readonly iss: string;
  readonly sub: string;
  readonly name = null;
  readonly username = null;
  readonly picture = null;
  readonly claims: Claims;
  readonly roles: readonly string[];
  readonly organizations: SignedIn['organizations'];
  readonly huggingFace = {
    username: null,
    profileUrl: null,
    getAccessToken: needsSession,
    profile: needsSession,
    organizationId: () => null,
  };
  readonly session = null;
  readonly challenge: Challenge;
  readonly freshSignInAgeMs = Number.POSITIVE_INFINITY;
  readonly #organizationId: string | null;
  readonly #scope: string;

  constructor(
    claims: AccessClaims,
    organizationId: string | null,
    { signInPath, challenge }: { signInPath: string; challenge: Challenge },
  ) {
    this.signInPath = signInPath;
    this.challenge = challenge;
    const { iss, sub, iat, exp, roles, scope } = claims;
    const [aud = ''] = claims.aud;
    this.iss = iss;
    this.sub = sub;
    this.claims = { iss, sub, aud, iat, exp };
    this.roles = roles;
    const organizations = organizationId === null ? [] : [organizationId];
    this.organizations = memberships({ ...claims, organizations });
    this.#organizationId = organizationId;
    this.#scope = scope;
  }

  /** A token for one organization says nothing about another, nor about its owner's own things. */
  async permissions({ organizationId }: { organizationId: string | null }) {
    return scopeSet(organizationId === this.#organizationId ? this.#scope : '');
  }

  getAccessToken = needsSession;
  fetchUserInfo = needsSession;
  fetchOrganizations = needsSession;
  knownOrganizations = needsSession;

  toJSON(): { isAuthenticated: true; claims: Claims } {
    return { isAuthenticated: this.isAuthenticated, claims: this.claims };
  }
}

async function needsSession(): Promise<never> {
  throw new Misuse(
    'Under the API there is no session: only an access token, which stands for itself',
  );
}

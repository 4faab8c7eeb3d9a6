import type { Request } from 'express';
import type { Challenge } from '../denial.ts';
import { Misuse } from '../errors.ts';
import type { HuggingFaceProfile } from '../hugging-face/profile.ts';
import type { Membership } from '../session/packed-organizations.ts';
import type { Device } from '../session/record.ts';
import type { UserInfo } from './user-info.ts';

/** What a token says of somebody. Times are seconds since 1970 (RFC 7519), but Logto's own two. */
export interface Claims {
  iss: string;
  sub: string;
  aud: string;
  iat: number;
  exp: number;
  name?: string | null;
  username?: string | null;
  picture?: string | null;
  email?: string | null;
  [claim: string]: unknown;
}

/** Nobody is signed in. */
export interface Visitor {
  readonly isAuthenticated: false;
  readonly claims?: undefined;
  readonly sub?: undefined;
  /** Another site asked for a change, so the session was not opened: a guard answers 403. */
  readonly isForeignChange: boolean;
  /** Where to sign in. */
  readonly signInPath: string;
  toJSON(): { isAuthenticated: false };
}

/** Which access token is wanted. Without a resource, the opaque one for userinfo. */
export interface TokenRequest {
  /** The API, by its identifier at Logto (RFC 8707). It must have been asked for at sign-in. */
  resource?: string | undefined;
  organizationId?: string | undefined;
}

/**
 * Somebody who has a session, or under /api whoever holds an access token. A person is `iss` and
 * `sub` together; a name or an e-mail address identifies nobody (S19).
 */
export interface SignedIn {
  readonly isAuthenticated: true;
  /** Where to sign in again. */
  readonly signInPath: string;
  readonly iss: string;
  readonly sub: string;
  readonly name: string | null;
  readonly username: string | null;
  readonly picture: string | null;
  /** Of the ID token, or under /api of the access token. */
  readonly claims: Claims;
  /** At Logto, as it last said. Access tokens carry none unless Logto is told to add them. */
  readonly roles: readonly string[];
  readonly organizations: readonly Membership[];
  readonly huggingFace: HuggingFaceAccount;
  /** null under /api, where an access token stands for itself. */
  readonly session: SessionInfo | null;
  /** Under /api, what the `WWW-Authenticate` of a denial says beside the error; null for a session. */
  readonly challenge: Challenge | null;
  /** Milliseconds since a sign-in that this app had asked to be a fresh one; Infinity without one. */
  readonly freshSignInAgeMs: number;
  /**
   * Permissions of the API, in an organization or (null) the principal's own. For a session they may
   * have to be fetched: throws as {@link getAccessToken} does.
   */
  permissions(of: { organizationId: string | null }): Promise<ReadonlySet<string>>;
  /**
   * An access token that lives for half a minute more at least, for calling an API as this person.
   *
   * @throws {SessionEnded} when Logto no longer confirms the person; the session is gone then.
   * @throws {LogtoUnavailable} when Logto can't be asked; the session stays.
   * @throws {LogtoRefused} when Logto gives no such token.
   */
  getAccessToken(wanted?: TokenRequest): Promise<string>;
  /** What Logto knows beyond the ID token. One call; throws as {@link getAccessToken} does. */
  fetchUserInfo(): Promise<UserInfo>;
  /**
   * The organizations by name, as Logto has them now. With Logto unreachable: as it said last.
   *
   * @param userInfo What {@link fetchUserInfo} has answered just now; null: Logto was unreachable.
   * @throws {SessionEnded} when Logto no longer confirms the person.
   */
  fetchOrganizations(
    userInfo?: UserInfo | null,
  ): Promise<{ organizations: Organization[]; isFresh: boolean }>;
  /** The same from the session, where it knows the names; Logto is asked where one is missing. */
  knownOrganizations(including?: string): Promise<Organization[]>;
  /** The two that Logto's documentation prints, and nothing else. */
  toJSON(): { isAuthenticated: true; claims: Claims };
}

/** The person at Hugging Face. Under the API there is only an access token, which knows nothing of it. */
export interface HuggingFaceAccount {
  /** As Logto's userinfo last said, which is as old as the first sign-in; null until it was asked. */
  readonly username: string | null;
  readonly profileUrl: string | null;
  /**
   * An access token for Hugging Face that lives for a minute more (`atLeastSeconds`), for calling it
   * as this person. Takes HF_ACCESS_TOKENS. It is for the server only: never send it to the browser.
   *
   * @throws {HuggingFaceNotConnected} until the person connects Hugging Face again: the kit's error
   *   page leads there and back.
   * @throws {HuggingFaceUnavailable} when there is none now; its headers may say when.
   * @throws {HuggingFaceMisconfigured} when Logto is not set up for it.
   * @throws {LogtoUnavailable}, {@link SessionEnded} as getAccessToken above.
   */
  getAccessToken(options?: { atLeastSeconds?: number }): Promise<string>;
  /**
   * Who it is there, organizations included, as Hugging Face said within HF_PROFILE_MINUTES. Throws as
   * {@link getAccessToken} does.
   */
  profile(): Promise<HuggingFaceProfile>;
  /** The id of an organization in HF_ALLOWED_ORGANIZATIONS by its handle; null: it is not in there. */
  organizationId(handle: string): string | null;
}

export interface SessionInfo {
  /** Milliseconds since 1970. */
  readonly signedInAt: number;
  /** When it ends whatever happens, milliseconds since 1970. */
  readonly endsAt: number;
  readonly device: Device;
}

export interface Organization extends Membership {
  /** Its id, while Logto can't be asked for the name. */
  name: string;
  description: string | null;
}

/** Who asks, on every request that has passed the middleware. */
export type Principal = Visitor | SignedIn;

declare global {
  namespace Express {
    interface Request {
      /** Who asks. `req.user` is the same object, as Logto's documentation has it. */
      auth: Principal;
    }
  }
}

export const visitor = (known: Pick<Visitor, 'signInPath' | 'isForeignChange'>): Visitor => ({
  ...known,
  isAuthenticated: false,
  toJSON: () => ({ isAuthenticated: false }),
});

/** `req.user` is the same object: code from Logto's documentation works as it stands. */
export function setPrincipal(req: Request, principal: Principal): void {
  Object.assign(req, { auth: principal, user: principal });
}

/** @throws {Misuse} on a request that the middleware has not seen. */
export function principalOf(req: Request): Principal {
  const principal: Principal | undefined = req.auth;
  if (principal) return principal;
  throw new Misuse(
    'This request has no req.auth: put auth.middleware (or auth.bearer, for an API) above the guards',
  );
}

/** Whoever is signed in, where the compiler can't know it: behind `router.use(guard)`. @throws for a visitor. */
export function signedIn(req: Request): SignedIn {
  const principal = principalOf(req);
  if (principal.isAuthenticated) return principal;
  throw new Misuse('Nobody is signed in here: put requireSignIn before this handler');
}

/** The session of whoever is signed in with one. @throws for a visitor, and under the API. */
export function signedInSession(req: Request): SessionInfo {
  const { session } = signedIn(req);
  if (session) return session;
  throw new Misuse('Under the API there is no session: only an access token');
}

/**
 * The organization that a request is about: the address names it (`:organizationId`), or the access
 * token was given for it. Never the session. Whether the principal belongs to it, the guards ask.
 */
export function organizationOf(req: Request): string | null {
  const { organizationId } = req.params;
  if (typeof organizationId === 'string') return organizationId;
  const principal = principalOf(req);
  const isToken = principal.isAuthenticated && principal.session === null;
  return isToken ? (principal.organizations[0]?.id ?? null) : null;
}

/** RFC 6749 section 3.3: separated by spaces. */
export const scopeSet = (scope: unknown): ReadonlySet<string> =>
  new Set(typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []);

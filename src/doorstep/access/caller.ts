import type { Request } from 'express';
import type { Membership } from '../session/session.ts';
import type { GuardedRequest } from './guards.ts';

/** Who asks and what they may do: a person with a session, or whoever holds an access token. */
export interface Caller {
  readonly kind: 'session' | 'token';
  readonly iss: string;
  readonly sub: string;
  /** What people know the account by: "@ada-l". */
  readonly account: string;
  readonly roles: readonly string[];
  readonly organizations: readonly Membership[];
  /** Milliseconds since a sign-in that this app had asked to be a fresh one; Infinity without one. */
  readonly sinceAskedSignIn: number;
  /**
   * Permissions of the API. For a session they may have to be fetched: throws as
   * `Refresher.accessToken` does.
   *
   * @param organizationId Which organization's; null: the caller's own.
   */
  scopes(organizationId: string | null): Promise<ReadonlySet<string>>;
}

const callers = new WeakMap<Request, Caller>();

export function setCaller(req: Request, caller: Caller): void {
  callers.set(req, caller);
}

/** @returns null for a visitor; behind a guard there is somebody. */
export function callerOf(req: GuardedRequest): Caller;
export function callerOf(req: Request): Caller | null;
export function callerOf(req: Request): Caller | null {
  return callers.get(req) ?? null;
}

/**
 * The organization that a request is about: the address names it (`:organizationId`), or the access
 * token was given for it. Never the session. Whether the caller belongs to it, the guards ask.
 */
export function organizationOf(req: Request): string | null {
  const { organizationId } = req.params;
  if (typeof organizationId === 'string') return organizationId;
  const caller = callerOf(req);
  return caller?.kind === 'token' ? (caller.organizations[0]?.id ?? null) : null;
}

/** RFC 6749 section 3.3: separated by spaces. */
export const scopeSet = (scope: unknown): ReadonlySet<string> =>
  new Set(typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []);

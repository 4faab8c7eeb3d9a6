import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ParamsDictionary, RouteParameters } from 'express-serve-static-core';
import type { MissingPermission } from '../denial.ts';
import { Forbidden, Unauthorized } from '../errors.ts';
import { redirect } from '../http/redirect.ts';
import { foreignChange } from '../http/same-origin.ts';
import type { Membership } from '../session/packed-organizations.ts';
import { organizationOf, principalOf, type SignedIn } from './principal.ts';

/** What people know an account by: "@ada-l". */
function accountOf({ huggingFace, username, name, sub }: SignedIn): string {
  const handle = huggingFace.username ?? username;
  return handle ? `@${handle}` : (name ?? sub);
}

/**
 * Where to sign in so that one comes back to exactly this page (C10). A form can't be sent again: from
 * one, back to the page that it is on, as far as the browser tells.
 */
export const signInAddress = (req: Request): string =>
  signInAddressFrom(req, principalOf(req).signInPath);

/** @param signInPath Where the kit's route is. */
export function signInAddressFrom(req: Request, signInPath: string): string {
  const isOwnPage = (req.get('sec-fetch-site') ?? 'same-origin') === 'same-origin';
  const referer = (isOwnPage && req.get('referer')) || '';
  const form = URL.canParse(referer) ? new URL(referer) : { pathname: '/', search: '' };
  const page = req.method === 'GET' ? req.originalUrl : form.pathname + form.search;
  return `${signInPath}?return_to=${encodeURIComponent(page)}`;
}

/** A request that has passed a guard. */
export interface GuardedRequest<Params = Request['params']> extends Request<Params> {
  auth: SignedIn;
}

/** Lets a request through, or answers it: sign-in or 403 for a page, 401 or 403 under /api. */
export type Guard = RequestHandler & { readonly isGuard: true };

/** For a handler behind a guard. */
export type GuardedHandler<Params = ParamsDictionary> = (
  req: GuardedRequest<Params>,
  res: Response,
  next: NextFunction,
) => unknown;

// Behind a guard, and only there, a handler may rely on somebody being signed in: the compiler sees to it.
declare module 'express-serve-static-core' {
  interface IRouterMatcher<T, Method> {
    <Path extends string>(
      path: Path,
      guard: Guard,
      ...handlers: GuardedHandler<RouteParameters<Path>>[]
    ): T;
    (path: RegExp | (string | RegExp)[], guard: Guard, ...handlers: GuardedHandler[]): T;
    <Path extends string>(
      path: Path,
      guards: readonly [Guard, ...RequestHandler[]],
      ...handlers: GuardedHandler<RouteParameters<Path>>[]
    ): T;
  }
  interface IRouterHandler<T, Route extends string | RegExp = string> {
    (guard: Guard, ...handlers: GuardedHandler<RouteParameters<Route>>[]): T;
    (
      guards: readonly [Guard, ...RequestHandler[]],
      ...handlers: GuardedHandler<RouteParameters<Route>>[]
    ): T;
  }
}

/** @returns null to let the request through, or the address to send a page's visitor to first. */
type Check = (principal: SignedIn, req: Request) => string | null | Promise<string | null>;

export function guard(check: Check): Guard {
  const handler: RequestHandler = async (req, res, next) => {
    const principal = principalOf(req);
    if (!principal.isAuthenticated && principal.isForeignChange) throw foreignChange();
    const elsewhere = principal.isAuthenticated ? await check(principal, req) : signInAddress(req);
    if (elsewhere) redirect(res, elsewhere);
    else next();
  };
  return Object.assign(handler, { isGuard: true as const });
}

/** Lets signed-in people through and sends everybody else to sign in. So does every guard below. */
export const requireSignIn: Guard = guard(() => null);

/**
 * Lets through who has this permission of the API, in the organization that the request is about.
 */
export function requireScope(scope: string): Guard {
  return guard(async (principal, req) => {
    const organizationId = organizationOf(req);
    if (organizationId !== null) membership(principal, organizationId);
    if ((await principal.permissions({ organizationId })).has(scope)) return null;
    // Asking may have shown that the membership is over.
    if (organizationId !== null) membership(principal, organizationId);
    throw forbidden(principal, { kind: 'scope', name: scope });
  });
}

/** Lets through who has this role at Logto. Access tokens carry none unless Logto is told to add them. */
export function requireRole(role: string): Guard {
  return guard((principal) => {
    if (principal.roles.includes(role)) return null;
    throw forbidden(principal, { kind: 'role', name: role });
  });
}

/** Lets members of the organization through that the request is about. */
export function requireOrganization(): Guard {
  return guard((principal, req) => {
    membership(principal, organizationOf(req));
    return null;
  });
}

/** Lets through who has this role in the organization that the request is about. */
export function requireOrganizationRole(role: string): Guard {
  return guard((principal, req) => {
    if (membership(principal, organizationOf(req)).roles.includes(role)) return null;
    throw forbidden(principal, { kind: 'organization role', name: role });
  });
}

/**
 * Step-up: lets through who has signed in within the last minutes because this app asked for it, and
 * sends everybody else to do so. Logto sends no `auth_time`, so an ordinary sign-in does not count.
 *
 * It stops a stolen session cookie. It does not stop somebody at the person's own unlocked browser,
 * where Logto or Hugging Face may know them still (docs/security.md).
 */
export function requireRecentSignIn({ minutes }: { minutes: number }): Guard {
  return guard((principal, req) => {
    if (principal.freshSignInAgeMs < minutes * 60_000) return null;
    if (principal.session) return `${signInAddress(req)}&prompt=login`;
    // RFC 9470 section 3.
    throw new Unauthorized('An access token does not say when its owner signed in', {
      error: 'insufficient_user_authentication',
      max_age: String(minutes * 60),
      ...principal.challenge,
    });
  });
}

function membership(principal: SignedIn, organization: string | null): Membership {
  const found = principal.organizations.find(({ id }) => id === organization);
  if (found) return found;
  throw notAMember(principal, organization);
}

export const notAMember = (principal: SignedIn, organization: string | null): Forbidden =>
  forbidden(principal, { kind: 'organization', name: organization ?? 'none' });

export function forbidden(principal: SignedIn, missing: MissingPermission): Forbidden {
  // RFC 6750 section 3.1: only a permission has an error code of its own.
  const told = missing.kind === 'scope' ? { error: 'insufficient_scope', scope: missing.name } : {};
  const challenge = principal.challenge && { ...told, ...principal.challenge };
  return new Forbidden({ missing, account: accountOf(principal), challenge });
}

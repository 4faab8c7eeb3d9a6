import type { LogtoContext } from '@logto/express';
import type { Request, RequestHandler, Response } from 'express';
import type { Purpose, Refusal } from '../denial.ts';
import { Forbidden, Unauthorized } from '../errors.ts';
import { referenceOf } from '../http/request-id.ts';
import {
  type AppSession,
  type Membership,
  type SignedInUser,
  sessionOf,
} from '../session/session.ts';
import { type Caller, callerOf, organizationOf } from './caller.ts';

/** A request of somebody who is signed in. */
export class SignedInRequest {
  readonly session: AppSession;
  readonly user: SignedInUser;
  readonly #req: Request;

  constructor(req: Request, session: AppSession, user: SignedInUser) {
    this.session = session;
    this.user = user;
    this.#req = req;
  }

  /** Names the request in log lines and on error pages. An ordinary page logs nothing and makes none. */
  get reference(): string {
    return referenceOf(this.#req);
  }
}

/** @returns null for a visitor. */
export function signedIn(req: Request): SignedInRequest | null {
  const session = sessionOf(req);
  return session?.user ? new SignedInRequest(req, session, session.user) : null;
}

/**
 * Where to sign in so that one comes back to exactly this page (C10). A form can't be sent again: from
 * one, back to the page that it is on, as far as the browser tells.
 */
export function signInAddress(req: Request): string {
  const referer = req.get('referer') ?? '';
  const form = URL.canParse(referer) ? new URL(referer) : { pathname: '/', search: '' };
  const page = req.method === 'GET' ? req.originalUrl : form.pathname + form.search;
  return `/sign-in?return_to=${encodeURIComponent(page)}`;
}

/** The claims of whoever is signed in: of the ID token, or under /api of the access token. */
export type User = LogtoContext & Required<Pick<LogtoContext, 'claims'>>;

/** A request that has passed a guard. */
export interface GuardedRequest<Params = Request['params']> extends Request<Params> {
  user: User;
}

/** Lets a request through, or answers it: sign-in or 403 for a page, 401 or 403 under /api. */
export type Guard = RequestHandler & { readonly isGuard: true };

/** The person behind a page. @throws under /api, where programs have no session. */
export function person(req: GuardedRequest): SignedInRequest {
  const target = signedIn(req);
  if (!target) throw new Error('Only a page has a person with a session');
  return target;
}

type GuardedHandler<Params> = (req: GuardedRequest<Params>, res: Response) => unknown;

// Behind a guard, and only there, a handler may rely on `req.user`: the compiler sees to both.
declare module 'express-serve-static-core' {
  interface IRouterMatcher<T, Method> {
    <Path extends string>(
      path: Path,
      guard: Guard,
      handler: GuardedHandler<RouteParameters<Path>>,
    ): T;
    <Path extends string>(
      path: Path,
      guard: Guard,
      second: RequestHandler,
      handler: GuardedHandler<RouteParameters<Path>>,
    ): T;
    <Path extends string>(
      path: Path,
      guard: Guard,
      second: RequestHandler,
      third: RequestHandler,
      handler: GuardedHandler<RouteParameters<Path>>,
    ): T;
  }
}

/** @returns null to let the caller through, or the address to send a page's visitor to first. */
type Check = (caller: Caller, req: Request) => string | null | Promise<string | null>;

function guard(check: Check): Guard {
  const handler: RequestHandler = async (req, res, next) => {
    const caller = callerOf(req);
    const elsewhere = caller ? await check(caller, req) : signInAddress(req);
    if (elsewhere) res.redirect(303, elsewhere);
    else next();
  };
  return Object.assign(handler, { isGuard: true as const });
}

/** Lets signed-in people through and sends everybody else to sign in. So does every guard below. */
export const requireSignIn: Guard = guard(() => null);

/**
 * Lets through who has this permission of the API, in the organization that the request is about.
 *
 * @param purpose What it is needed for, in words for the 403 page.
 */
export function requireScope(scope: string, purpose?: Purpose): Guard {
  return guard(async (caller, req) => {
    const organizationId = organizationOf(req);
    if (organizationId !== null) membership(caller, organizationId);
    if ((await caller.scopes(organizationId)).has(scope)) return null;
    // Asking may have shown that the membership is over.
    if (organizationId !== null) membership(caller, organizationId);
    throw forbidden(caller, { kind: 'scope', name: scope }, purpose);
  });
}

/** Lets through who has this role at Logto. Access tokens carry none unless Logto is told to add them. */
export function requireRole(role: string): Guard {
  return guard((caller) => {
    if (caller.roles.includes(role)) return null;
    throw forbidden(caller, { kind: 'role', name: role });
  });
}

/** Lets members of the organization through that the request is about. */
export function requireOrganization(): Guard {
  return guard((caller, req) => {
    membership(caller, organizationOf(req));
    return null;
  });
}

/** Lets through who has this role in the organization that the request is about. */
export function requireOrganizationRole(role: string): Guard {
  return guard((caller, req) => {
    if (membership(caller, organizationOf(req)).roles.includes(role)) return null;
    throw forbidden(caller, { kind: 'organization role', name: role });
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
  return guard((caller, req) => {
    if (caller.sinceAskedSignIn < minutes * 60_000) return null;
    if (caller.kind === 'session') return `${signInAddress(req)}&prompt=login`;
    // RFC 9470 section 3.
    throw new Unauthorized('An access token does not say when its owner signed in', {
      error: 'insufficient_user_authentication',
      max_age: String(minutes * 60),
    });
  });
}

function membership(caller: Caller, organization: string | null): Membership {
  const found = caller.organizations.find(({ id }) => id === organization);
  if (found) return found;
  throw notAMember(caller, organization);
}

export const notAMember = (caller: Caller, organization: string | null): Forbidden =>
  forbidden(caller, { kind: 'organization', name: organization ?? 'none' });

function forbidden(
  { account, kind }: Caller,
  missing: Refusal['missing'],
  purpose?: Purpose,
): Forbidden {
  // RFC 6750 section 3.1: only a permission has an error code of its own.
  const told = missing.kind === 'scope' ? { error: 'insufficient_scope', scope: missing.name } : {};
  return new Forbidden({ missing, account, purpose, challenge: kind === 'token' ? told : null });
}

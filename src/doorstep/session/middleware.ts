import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { KitConfig } from '../config/config.ts';
import { cookieSigningKeys } from '../crypto/sealer.ts';
import { type CookieNaming, cookieAttributes, cookieName } from '../http/cookies.ts';
import * as keys from './keys.ts';
import { sessionOf } from './session.ts';
import type { SessionStore } from './store.ts';

export const sessionCookieName = (config: CookieNaming): string => cookieName('', config);

/**
 * express-session, only for a browser that brings a session cookie, and on the callback, which
 * begins a session: visitors cost no Redis command and get no cookie (S13).
 */
export function sessionMiddleware({
  config,
  store,
  callbackPath,
  forVisitors,
  newSessionId = keys.newSessionId,
}: {
  config: CookieNaming & Pick<KitConfig, 'session'>;
  store: SessionStore;
  callbackPath: string;
  forVisitors: boolean;
  newSessionId?: (() => string) | undefined;
}): RequestHandler {
  const name = sessionCookieName(config);
  const middleware = session({
    name,
    store,
    genid: newSessionId,
    secret: cookieSigningKeys(config.session.secrets),
    // Set once, at sign-in; idle and absolute lifetime are enforced in Redis, not by the browser.
    cookie: { ...cookieAttributes(config), maxAge: config.session.maxMs },
    resave: false,
    saveUninitialized: false,
    rolling: false,
  });
  const before = cookieName('', { ...config, cookieSuffix: '' });
  return (req, res, next) => {
    if (name !== before) adoptCookie(req, before, name);
    if (!(forVisitors || req.path === callbackPath || req.headers.cookie?.includes(`${name}=`)))
      return next();
    middleware(req, res, (error?: unknown) => {
      // A cookie whose session is gone makes no new one: a visitor has no `req.session`.
      const isNew = store.recordOf(sessionOf(req)) === undefined;
      if (isNew && !forVisitors) Reflect.deleteProperty(req, 'session');
      next(error);
    });
  };
}

/**
 * A session from before there were names by port goes on under its old one, until the next sign-in.
 * One of another site on this host is not signed with our secret, and opens nothing.
 */
function adoptCookie({ headers }: Request, before: string, name: string): void {
  if (!headers.cookie || headers.cookie.includes(`${name}=`)) return;
  const [, value] = new RegExp(`(?:^|;)\\s*${before}=([^;]*)`).exec(headers.cookie) ?? [];
  if (value) headers.cookie += `; ${name}=${value}`;
}

import { parseCookie } from 'cookie';
import type { CookieOptions, Request } from 'express';

/** All cookies of a request. A hostile header yields odd names and values, never an error. */
export function cookiesOf(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '');
}

/** Attributes that setting and clearing a cookie share: `__Host-` needs Secure and Path=/ for both. */
export const cookieAttributes = ({ secure }: { secure: boolean }) =>
  ({ httpOnly: true, secure, sameSite: 'lax', path: '/' }) satisfies CookieOptions;

export interface CookieNaming {
  secure: boolean;
  cookieSuffix: string;
  /** Begins the names; `doorstep` unless the app has chosen another. */
  cookiePrefix?: string | undefined;
}

/**
 * `__Host-` binds a cookie to this very host, but browsers want https for it (S23). To this very
 * port nothing does: sites on other ports of the host have other names.
 */
export const cookieName = (
  kind: '' | '-flash' | '-sign-in' | '-link',
  { secure, cookieSuffix, cookiePrefix = 'doorstep' }: CookieNaming,
): string => `${secure ? '__Host-' : ''}${cookiePrefix}${kind}${cookieSuffix}`;

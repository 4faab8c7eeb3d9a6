import type { Request, RequestHandler } from 'express';
import { isLoopback } from '../config/fields.ts';
import { CrossSiteRequest } from '../errors.ts';

export interface Origins {
  /** Where our own pages are. */
  own: string;
  /** Others whose pages may ask for changes. */
  trusted: readonly string[];
}

/** Asks for no change (RFC 9110 section 9.2.1). */
export const isSafe = ({ method }: Request): boolean => ['GET', 'HEAD', 'OPTIONS'].includes(method);

/**
 * Whether an unsafe request does not come from our own pages (S26). SameSite=Lax alone lets a sibling
 * subdomain through. Browsers that send neither header are older than 2020: no means no.
 */
export function isForeignChange(req: Request, { own, trusted }: Origins): boolean {
  if (isSafe(req)) return false;
  const origin = req.get('origin');
  const site = req.get('sec-fetch-site');
  // `null` is what Chrome sends from a page with helmet's own `Referrer-Policy: no-referrer`.
  if (origin === undefined || origin === 'null') {
    return site !== 'same-origin' || isRebound(req, new URL(own).hostname);
  }
  // Origin is what people see: behind a name that was rebound to us, it differs from ours.
  if (origin === own) return site !== undefined && site !== 'same-origin';
  return !trusted.includes(origin);
}

/**
 * Behind a name that was rebound to this machine, a page of theirs is "same-origin" too. Elsewhere
 * https keeps such names out, and proxies may rewrite Host.
 */
const isRebound = (req: Request, own: string) => isLoopback(own) && !isLoopback(req.hostname ?? '');

/** Refuses every unsafe request that does not come from our own pages, whatever it is for. */
export function sameOriginOnly(own: string): RequestHandler {
  return (req, _res, next) => {
    if (isForeignChange(req, { own, trusted: [] })) throw foreignChange();
    next();
  };
}

export const foreignChange = () =>
  new CrossSiteRequest('A change was asked for from outside our own pages');

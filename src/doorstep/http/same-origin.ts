import type { Request, RequestHandler } from 'express';
import { CrossSiteRequest } from '../errors.ts';

/**
 * Refuses unsafe methods that don't come from our own pages (S26). SameSite=Lax alone lets a
 * sibling subdomain through. Browsers that send neither header are older than 2020: no means no.
 *
 * @param baseUrl Our origin.
 */
export const sameOriginOnly =
  (baseUrl: string): RequestHandler =>
  (req, _res, next) => {
    if (!isSafe(req.method) && !isSameOrigin(req, baseUrl)) {
      throw new CrossSiteRequest('A change was asked for from outside our own pages');
    }
    next();
  };

export function isSameOrigin(req: Request, baseUrl: string): boolean {
  const site = req.get('sec-fetch-site');
  return site === undefined ? req.get('origin') === baseUrl : site === 'same-origin';
}

const isSafe = (method: string) => ['GET', 'HEAD', 'OPTIONS'].includes(method);

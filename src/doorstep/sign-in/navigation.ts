import type { Request, RequestHandler } from 'express';
import { MethodNotAllowed, NotANavigation } from '../errors.ts';

/**
 * Lets only a person's own navigation through: a link, the address bar, a redirect. A prefetch, an
 * image, a frame or a fetch gets a 4xx and changes nothing (C8). Any Sec-Fetch-Site is welcome, and
 * so are browsers that send none of these headers: links in mails and old browsers start sign-ins.
 */
export const navigationOnly: RequestHandler = (req, _res, next) => {
  if (req.method !== 'GET') throw new MethodNotAllowed(req.method, 'GET');
  if (!isNavigation(req)) throw new NotANavigation('Only a navigation may ask for this');
  next();
};

/** For routes that have no other method: HEAD must not be answered by the GET handler. */
export const getOnly: RequestHandler = (req, _res, next) => {
  if (req.method !== 'GET') throw new MethodNotAllowed(req.method, 'GET');
  next();
};

/** Fetch Metadata (W3C) and the purpose headers of prefetch and prerender. */
export function isNavigation(req: Request): boolean {
  const purpose = `${req.get('sec-purpose') ?? ''} ${req.get('purpose') ?? ''}`;
  if (/prefetch|prerender|preview/i.test(purpose)) return false;
  const mode = req.get('sec-fetch-mode') ?? 'navigate';
  const destination = req.get('sec-fetch-dest') ?? 'document';
  // A service worker that passes a click on makes it `empty`.
  return mode === 'navigate' && (destination === 'document' || destination === 'empty');
}

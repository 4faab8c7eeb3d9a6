import type { RequestHandler } from 'express';
import { isLoopback } from '../config/fields.ts';
import { BadInput, InsecureRequest } from '../errors.ts';
import { redirect } from './redirect.ts';

/**
 * Refuses request lines that name a whole address or none (`GET http://…`, `OPTIONS *`): only proxies
 * are asked so (RFC 9112 section 3.2), and every later step takes req.url for a path.
 */
export const rejectAbsoluteForm: RequestHandler = (req, _res, next) => {
  if (!req.url.startsWith('/')) {
    throw new BadInput('The request line names no path', 'the address begins with /');
  }
  next();
};

/**
 * Under https, a request that came in the clear is an error that names the cause: else the browser
 * would silently get no session cookie (C23).
 */
export function requireSecure({ secure }: { secure: boolean }): RequestHandler {
  return (req, _res, next) => {
    if (secure && !req.secure) {
      // A socket that listens on IPv6 too shows IPv4 addresses as ::ffff:10.0.0.1.
      const sentFrom = req.socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? 'unknown';
      throw new InsecureRequest(
        `An insecure request from ${sentFrom} under an https BASE_URL: no X-Forwarded-Proto from a trusted proxy. If that is the proxy's address, name it: app.set('trust proxy', '${sentFrom}'), TRUST_PROXY=${sentFrom}`,
        sentFrom,
      );
    }
    next();
  };
}

/**
 * Sees to it that people use a site under BASE_URL, where its cookies are. In development, 127.0.0.1
 * is sent on to localhost; a public name is not redirected, since behind a proxy that rewrites Host
 * that would never end.
 */
export function canonicalOrigin({ baseUrl }: { baseUrl: string }): RequestHandler {
  const own = new URL(baseUrl);
  return (req, res, next) => {
    const host = req.get('host') ?? '';
    const elsewhere = isLoopback(own.hostname) && host !== own.host;
    if (elsewhere && (req.method === 'GET' || req.method === 'HEAD')) {
      redirect(res, baseUrl + req.originalUrl);
    } else next();
  };
}

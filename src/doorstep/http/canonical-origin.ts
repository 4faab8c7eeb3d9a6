import type { RequestHandler } from 'express';
import { isLoopback } from '../config/fields.ts';
import { BadInput, InsecureRequest, UnexpectedHost } from '../errors.ts';
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
 * Sees to it that people use a site on this machine under BASE_URL, where its cookies are: 127.0.0.1 is
 * sent on to localhost. Only somebody who asked this very port, by a name of this machine, can have seen
 * another address than BASE_URL; any other Host is a proxy's (or a rebound name's), and a redirect would
 * come back for ever (C62). A public BASE_URL lets every Host pass: there, https says who is asked.
 *
 * @throws {UnexpectedHost} naming the Host that came.
 */
export function canonicalOrigin({ baseUrl }: { baseUrl: string }): RequestHandler {
  const own = new URL(baseUrl);
  if (!isLoopback(own.hostname)) return (_req, _res, next) => next();
  const port = Number(own.port) || (own.protocol === 'https:' ? 443 : 80);
  return (req, res, next) => {
    // X-Forwarded-Host of a trusted proxy, else Host.
    const asked = parseHost(own.protocol, req.host);
    if (asked?.host === own.host || !['GET', 'HEAD'].includes(req.method)) return next();
    if (!asked || !isLoopback(asked.hostname) || req.socket.localPort !== port) {
      throw new UnexpectedHost(req.host ?? '', baseUrl + req.originalUrl);
    }
    redirect(res, baseUrl + req.originalUrl);
  };
}

function parseHost(protocol: string, host: string | undefined): URL | null {
  const isHost = host !== undefined && /^[\w.:[\]-]+$/.test(host);
  return isHost && URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`) : null;
}

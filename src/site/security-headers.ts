import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from './config.ts';

const PERMISSIONS = 'camera=(), geolocation=(), microphone=(), payment=(), usb=()';
/** In seconds: for how long a browser that came by https never comes by http. */
export const TWO_YEARS = 2 * 365 * 24 * 60 * 60;

/**
 * Headers of every answer. Each deviation from helmet's own is one that a browser was seen to need.
 *
 * @param framedBy An origin that may show the answer in a frame; nobody may unless given.
 */
export function securityHeaders(config: Config, framedBy?: string): RequestHandler {
  const headers = Object.entries(headersOf(config, framedBy));
  return (_req, res, next) => {
    for (const [name, value] of headers) if (value !== undefined) res.setHeader(name, value);
    next();
  };
}

/** They are the same for every answer: helmet is asked once. */
function headersOf(config: Config, framedBy?: string): OutgoingHttpHeaders {
  // Stand-ins serve pictures over plain http on this machine; real ones come over https, those of a shared demo from here.
  const localPictures = config.demo === true ? ['http://localhost:*'] : [];
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        // For restored-page.js and local-times.js.
        scriptSrc: ["'self'"],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        // Hugging Face serves pictures from several hosts of its own.
        imgSrc: ["'self'", 'data:', 'https:', ...localPictures],
        // Chrome checks the redirects after a form too: sign-out ends at Logto.
        formAction: ["'self'", new URL(config.logto.endpoint).origin],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: [framedBy ?? "'none'"],
        ...(config.secure && { upgradeInsecureRequests: [] }),
      },
    },
    // no-referrer would make Chrome send `Origin: null` with our own forms.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    // Without subdomains: what else runs under this name is not ours to decide.
    strictTransportSecurity: config.secure && { maxAge: TWO_YEARS, includeSubDomains: false },
    // It knows no other origin than its own.
    xFrameOptions: framedBy === undefined && { action: 'deny' },
  });
  const request = new IncomingMessage(new Socket());
  const res = new ServerResponse(request);
  res.setHeader('Permissions-Policy', PERMISSIONS);
  headers(request, res, () => {});
  return res.getHeaders();
}

/** The same headers, for answers that are made outside of the app: they are never stored. */
export function plainAnswerHeaders(config: Config): OutgoingHttpHeaders {
  return { ...headersOf(config), 'cache-control': 'no-store' };
}

/** Pages differ by who asks, and Back after sign-out must show nothing (S28). */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};

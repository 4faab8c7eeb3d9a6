import ejs from 'ejs';
import { type Request, type RequestHandler, Router } from 'express';
import { DEFAULT_PATHS } from '../doorstep/index.ts';
import type { Assets } from './assets.ts';
import type { Config } from './config.ts';
import { securityHeaders } from './security-headers.ts';

const HUGGING_FACE = 'https://huggingface.co';
const AUTH_ROUTES = new Set(Object.values(DEFAULT_PATHS));

/**
 * What a Space shows in the frame on its page at Hugging Face: one link, which opens the site in a tab
 * of its own. That page is another site, so no session cookie comes along in the frame, and nothing of
 * the site could be used there. Always the very same bytes, whoever asks for whatever; auth routes
 * answer as they do without it.
 */
export function spaceFrame(config: Config, assets: Assets): RequestHandler {
  const router = Router();
  if (!config.spaceFrame) return router;
  const page = pageFor(config, assets);
  router.use(
    (req, _res, next) => next(isForFrame(req) ? undefined : 'router'),
    securityHeaders(config, HUGGING_FACE),
    (_req, res) => {
      res.removeHeader('X-Frame-Options');
      res.set({ Vary: 'Sec-Fetch-Dest', 'Content-Language': 'en' }).type('html').send(page);
    },
  );
  return router;
}

/** Fetch Metadata (W3C): browsers send exactly these, and no page can make them send others. */
const isForFrame = (req: Request): boolean =>
  req.method === 'GET' &&
  req.get('sec-fetch-dest') === 'iframe' &&
  req.get('sec-fetch-mode') === 'navigate' &&
  !AUTH_ROUTES.has(req.path);

function pageFor({ appName, baseUrl }: Config, { url }: Assets): Buffer {
  const name = ejs.escapeXML(appName);
  // Of a Space with a custom domain, the frame may be at another host than the site.
  const home = ejs.escapeXML(`${baseUrl}/`);
  return Buffer.from(`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${name}</title>
  <link rel="stylesheet" href="${url('site.css')}">
  <link rel="icon" href="${url('favicon.svg')}" type="image/svg+xml">
</head>
<body>
  <main>
    <h1>${name}</h1>
    <p class="intro">Signing in needs a tab of its own: browsers keep its cookies out of this frame.</p>
    <p class="ways"><a class="button primary" href="${home}" target="_blank" rel="noopener">Open ${name} in a new tab</a></p>
  </main>
</body>
</html>
`);
}

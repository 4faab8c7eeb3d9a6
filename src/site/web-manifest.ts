import type { RequestHandler } from 'express';
import type { Assets } from './assets.ts';
import type { Config } from './config.ts';

const PAPER = '#faf9f6';

/**
 * GET /site.webmanifest: the name and the icons for whoever keeps the site on a home screen. It works in
 * a browser, online, and does not claim to be an app: no window of its own.
 */
export function webManifest({ appName }: Config, { url }: Assets): RequestHandler {
  const manifest = Buffer.from(
    JSON.stringify({
      name: appName,
      start_url: '/',
      display: 'browser',
      theme_color: PAPER,
      background_color: PAPER,
      icons: [
        { src: url('favicon.svg'), type: 'image/svg+xml', sizes: 'any' },
        { src: url('icon.png'), type: 'image/png', sizes: '192x192' },
      ],
    }),
  );
  return (_req, res) => {
    res.set('Cache-Control', 'public, max-age=86400').type('application/manifest+json');
    res.send(manifest);
  };
}

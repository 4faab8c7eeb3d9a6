import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';

const publicFiles = fileURLToPath(new URL('../../public', import.meta.url));
const font = createRequire(import.meta.url).resolve(
  '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
);

/** Where the stand-ins keep their templates. */
export const viewsDirectory = fileURLToPath(new URL('../views', import.meta.url));

/** Address of a file of public/ at a stand-in. */
export const asset = (file: string): string => `/assets/${file}`;

/** Serves the look of the app to the stand-ins' pages, under `/assets/`. */
export function serveAssets(): RequestHandler {
  const router = express.Router();
  router.get('/assets/figtree.woff2', (_req, res) =>
    res.sendFile(basename(font), { root: dirname(font) }),
  );
  router.use('/assets', express.static(publicFiles));
  return router;
}

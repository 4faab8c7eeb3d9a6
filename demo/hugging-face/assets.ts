import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import { fontFiles } from '../../src/site/assets.ts';

const publicFiles = fileURLToPath(new URL('../../public', import.meta.url));

/** Where the stand-ins keep their templates. */
export const viewsDirectory = fileURLToPath(new URL('../views', import.meta.url));

/** Address of a file of public/ at a stand-in. */
export const asset = (file: string): string => `/assets/${file}`;

/** Serves the look of the app to the stand-ins' pages, under `/assets/`. */
export function serveAssets(): RequestHandler {
  const router = express.Router();
  for (const [name, path] of fontFiles()) {
    router.get(`/assets/${name}`, (_req, res) =>
      res.sendFile(basename(path), { root: dirname(path) }),
    );
  }
  router.use('/assets', express.static(publicFiles));
  return router;
}

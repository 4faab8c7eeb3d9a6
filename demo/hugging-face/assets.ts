import { basename, dirname, join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { fontFiles } from '../../src/site/assets.ts';
import { ROOT } from '../../src/site/root.ts';
import type { StandInLanguage } from '../languages.ts';
import { prefixOf, type Shared } from './mount.ts';

const publicFiles = join(ROOT, 'public');

/** Where the stand-ins keep their templates. */
export const viewsDirectory = join(ROOT, 'demo/views');

/** What every page of a stand-in is given. */
export interface PageContext {
  language: StandInLanguage;
  /** Address of a file of public/ at the stand-in. */
  asset: (file: string) => string;
  /** Anybody may be here: the banner says so. */
  isShared: boolean;
}

export const pageContextOf = (
  shared: Shared | undefined,
  language: StandInLanguage,
): PageContext => ({
  language,
  asset: (file) => `${prefixOf(shared)}/assets/${file}`,
  isShared: shared !== undefined,
});

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

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type RequestHandler, Router } from 'express';
import { ROOT } from './root.ts';

const PUBLIC = join(ROOT, 'public');
/** Name in site.css → file of a package. */
const FONTS = {
  'figtree.woff2': '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  'figtree-ext.woff2': '@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2',
  'vietnamese.woff2':
    '@fontsource-variable/plus-jakarta-sans/files/plus-jakarta-sans-vietnamese-wght-normal.woff2',
};
/** What a version looks like, of this build or of another. */
const VERSION = /^[0-9a-f]{8,64}$/;

export interface Assets {
  /** For /assets. */
  router: Router;
  /** For /favicon.ico, which browsers ask for on their own where a page names no icon. */
  favicon: RequestHandler;
  /** File in public/ → its address. */
  url: (file: string) => string;
}

/**
 * The files of public/ and the fonts, under an address that changes with their content, so that
 * browsers may keep them for ever. The version is in the path: site.css finds the fonts beside it.
 * While another build is rolled out, its pages may ask this one: it sends what it has, to be asked for
 * again (C63).
 */
export function createAssets(folder = PUBLIC): Assets {
  const own = readdirSync(folder).map((file) => [file, join(folder, file)] as const);
  const files = new Map([...own, ...fontFiles()]);
  const version = digest([...files.values()]);
  const router = Router();
  router.get('/:version/:file', (req, res, next) => {
    const asked = req.params.version;
    const path = files.get(req.params.file);
    if (!path || !VERSION.test(asked)) return next();
    // Below a root, since pnpm keeps packages in a folder whose name begins with a dot.
    const root = dirname(path);
    if (asked === version) res.sendFile(basename(path), { root, immutable: true, maxAge: '365d' });
    else
      res.set('Cache-Control', 'no-cache').sendFile(basename(path), { root, cacheControl: false });
  });
  const favicon: RequestHandler = (_req, res) =>
    res.sendFile('favicon.ico', { root: folder, maxAge: '1d' });
  return { router, favicon, url: (file) => `/assets/${version}/${file}` };
}

/** The fonts that site.css names, and where they are. */
export function fontFiles(): [name: string, path: string][] {
  const { resolve } = createRequire(import.meta.url);
  return Object.entries(FONTS).map(([name, file]) => [name, resolve(file)]);
}

function digest(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 10);
}

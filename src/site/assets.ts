import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { Router } from 'express';
import { ROOT } from './root.ts';

const PUBLIC = join(ROOT, 'public');
const FONT = '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2';

export interface Assets {
  /** For /assets. */
  router: Router;
  /** File in public/ → its address. */
  url: (file: string) => string;
}

/**
 * The files of public/ and the font, under an address that changes with their content, so that
 * browsers may keep them for ever. The version is in the path: site.css finds the font beside it.
 */
export function createAssets(): Assets {
  const font = createRequire(import.meta.url).resolve(FONT);
  const version = digest([...readdirSync(PUBLIC).map((file) => join(PUBLIC, file)), font]);
  const base = `/${version}`;
  const lasting = { immutable: true, maxAge: '365d', index: false, redirect: false } as const;
  const router = Router();
  router.get(`${base}/figtree.woff2`, (_req, res) => res.sendFile(font, lasting));
  router.use(base, express.static(PUBLIC, lasting));
  return { router, url: (file) => `/assets${base}/${file}` };
}

function digest(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 10);
}

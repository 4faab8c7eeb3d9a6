import { readFileSync } from 'node:fs';

/** The text of a file, by its path in the repository. */
export const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

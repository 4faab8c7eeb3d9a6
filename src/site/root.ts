import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** The folder of package.json, with views/ and public/: the same from src/ and from dist/. */
export const ROOT = dirname(createRequire(import.meta.url).resolve('doorstep/package.json'));

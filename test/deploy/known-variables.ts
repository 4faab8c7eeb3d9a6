import { readFileSync } from 'node:fs';

/** The variables that src/doorstep/config/config.ts knows, read from its schema, sorted. */
export function knownVariables(): string[] {
  const source = readFileSync(
    new URL('../../src/doorstep/config/config.ts', import.meta.url),
    'utf8',
  );
  const schema = /const schema = z\.object\(\{\n([\s\S]*?)\n\}\);/.exec(source)?.[1] ?? '';
  return [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, name = '']) => name).sort();
}

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError, type Environment } from '../doorstep/index.ts';
import { siteVariables } from './config.ts';

/**
 * In development, adds the variables of a file such as .env to the environment, which wins over it.
 * Without such a file it does nothing. In production and tests it reads nothing.
 *
 * @throws {ConfigError} for a file that Node would misread in silence: another encoding, a value that
 * a # cuts.
 */
export function loadEnvFile(environment: Environment, path = '.env'): void {
  if ((environment.NODE_ENV?.trim() || 'development') !== 'development') return;
  const bytes = readIfThere(path);
  if (!bytes) return;
  const problem = encodingProblem(bytes);
  if (problem)
    throw new ConfigError([`${path} ${problem}`], `Save ${path} anew, then start again.`);
  const text = bytes.toString('utf8');
  // Node 20.19.0 keeps a comment in the last line, unless a line break follows.
  const values = parseEnv(`${text}\n`);
  const cut = Object.keys(siteVariables).filter((name) => isCut(text, name, values[name]));
  if (cut.length > 0) {
    throw new ConfigError(
      cut.map((name) => `${name} has a # in it, and all after that is taken for a comment`),
      `Put such a value into quotes in ${path}, then start again.`,
    );
  }
  for (const [name, value] of Object.entries(values)) environment[name] ??= value;
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    if (code === 'ENOENT') return null;
    throw new ConfigError([`${path} can't be read (${code})`], 'Look at its permissions.');
  }
}

function encodingProblem(bytes: Buffer): string | null {
  if (bytes.includes(0)) return 'is in UTF-16 and not in UTF-8, so nothing in it can be read';
  if (bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf') {
    return 'begins with a byte order mark (UTF-8 with BOM), which hides its first variable';
  }
  return null;
}

/** True when a value without quotes goes on behind a # that no blank separates from it. */
function isCut(text: string, name: string, value: string | undefined): boolean {
  const lines = text.matchAll(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=(.*)$`, 'gm'));
  const [, given = ''] = [...lines].at(-1) ?? [];
  const bare = value === '' ? given : given.trimStart();
  return (
    value !== undefined && bare.startsWith(`${value}#`) && /^\S/.test(bare.slice(value.length + 1))
  );
}

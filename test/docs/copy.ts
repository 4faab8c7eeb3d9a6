import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = /^(\.git|node_modules|dist|results|\.env|\.env\..*secret)$/;

/** A copy of the repository to change, with these packages. */
export function copyOfTheRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'doorstep-copy-'));
  cpSync(ROOT, copy, { recursive: true, filter: (path) => !LEFT_OUT.test(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // All that Biome wants to see of git; a machine need not have it.
  mkdirSync(join(copy, '.git'));
  return copy;
}

/** What a command in there says where it fails; '' where it succeeds. */
export function complaintOf(copy: string, command: string, args: string[] = []): string {
  // What this run of the tests is told is not for the one inside.
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$)/.test(name));
  const options = { cwd: copy, env: Object.fromEntries(own), stdio: 'pipe' } as const;
  try {
    execFileSync(join(ROOT, 'node_modules/.bin', command), args, options);
    return '';
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? `${error.stdout}` : `${error}`;
  }
}

/** What the commands of `npm run check` complain about, warnings included. */
export const complaintsOfCheck = (copy: string) => [
  complaintOf(copy, 'biome', ['check', '--error-on-warnings', '.']),
  complaintOf(copy, 'tsc'),
  complaintOf(copy, 'knip'),
];

/** Deletes the lines that have `mark`, and says how many. */
export function deleteLines(file: string, mark: RegExp): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  const others = lines.filter((line) => !mark.test(line));
  writeFileSync(file, others.join('\n'));
  return lines.length - others.length;
}

import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { isDeepStrictEqual, parseEnv } from 'node:util';

export interface EnvFile {
  path: string;
  exists: boolean;
  /** One character a byte (latin1), so that writing it back changes nothing, whatever its encoding. */
  text: string;
  /** What Node reads from it; an empty value counts as absent. */
  values: Record<string, string>;
  /** Others on this machine can read it. */
  open: boolean;
}

/** A file that can't be read, or not be changed without damage. The message says what to do. */
export class EnvFileError extends Error {
  override name = 'EnvFileError';
}

/** @throws {EnvFileError} when it is there and can't be read. */
export async function readEnvFile(path: string): Promise<EnvFile> {
  try {
    const [bytes, { mode }] = await Promise.all([readFile(path), stat(path)]);
    return {
      path,
      exists: true,
      text: bytes.toString('latin1'),
      values: valuesOf(bytes.toString('utf8')),
      open: (mode & 0o077) !== 0,
    };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return { path, exists: false, text: '', values: {}, open: false };
    }
    throw new EnvFileError(`${path} can't be read (${codeOf(error)}): check its permissions.`);
  }
}

/**
 * The text, as in {@link EnvFile}, with values filled in: an empty `NAME=` gets its value, a missing one comes at the end,
 * and every other line stays byte for byte as it is.
 *
 * @param replacing those whose value is replaced, where they have one.
 * @throws {EnvFileError} when the file's quoting doesn't let a line be added.
 */
export function fillIn(
  text: string,
  additions: Record<string, string>,
  replacing: string[] = [],
): string {
  const before = valuesOf(text);
  let result = text;
  for (const [name, text] of Object.entries(additions)) {
    if (before[name] && !replacing.includes(name)) continue;
    const value = Buffer.from(text).toString('latin1');
    const wanted = { ...valuesOf(result), [name]: value };
    // What looks like a line may be the inside of a quoted value, so what Node reads decides.
    const filled = quotings(value)
      .flatMap((written) => [...inPlace(result, name, written), atTheEnd(result, name, written)])
      .find((candidate) => isDeepStrictEqual(valuesOf(candidate), wanted));
    if (filled === undefined) {
      throw new EnvFileError(
        `${name} can't be added without changing other values: a quote seems to be left open.`,
      );
    }
    result = filled;
  }
  return result;
}

/**
 * Replaces the file at once with a text as in {@link EnvFile}, readable by its owner only: whoever reads it meanwhile sees the old
 * text or the new one.
 *
 * @throws {EnvFileError} when the directory refuses.
 */
export async function writePrivately(path: string, text: string): Promise<void> {
  // A rename would put a file where a link was.
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      const owner = await stat(target).catch(() => null);
      if (owner && process.getuid?.() === 0) await file.chown(owner.uid, owner.gid);
      await file.writeFile(text, 'latin1');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new EnvFileError(`${path} can't be written (${codeOf(error)}): check its directory.`);
  }
}

/** Node 20.19.0 keeps a comment in the last line, unless a line break follows. */
function valuesOf(text: string): Record<string, string> {
  const entries = Object.entries(parseEnv(`${text}\n`)).flatMap(([name, value]) =>
    value ? [[name, value]] : [],
  );
  return Object.fromEntries(entries);
}

/** As it is, and in each kind of quotes: a name may hold `#` or quotes itself. */
const quotings = (value: string): string[] => [value, `"${value}"`, `'${value}'`, `\`${value}\``];

/** Fills one of the assignments that are on one line; the last one counts, so it comes first. */
function inPlace(text: string, name: string, value: string): string[] {
  const assignment = new RegExp(
    `^([ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=)[ \\t]*(?:"[^"\\n]*"|'[^'\\n]*'|[^\\s#"'\`]*)?([ \\t]+#.*|[ \\t]*)$`,
    'gm',
  );
  return [...text.matchAll(assignment)]
    .reverse()
    .map(
      ({ 0: line, 1: start = '', 2: comment = '', index }) =>
        text.slice(0, index) + start + value + comment + text.slice(index + line.length),
    );
}

function atTheEnd(text: string, name: string, value: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  return `${text}${gap}${name}=${value}${newline}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/**
 * What a terminal obeys instead of showing it: C0 and C1 control characters, marks that turn the
 * reading direction, what is invisible, and halves of surrogate pairs. The joiners of emoji and of
 * Persian and Indian scripts (200C, 200D) stay.
 */
const NOT_PRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Data of others (a User-Agent, a name, an answer), for a terminal: what it would obey is written out, as `\u{9b}`. */
export const printable = (text: string): string =>
  text.replace(NOT_PRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/** JSON that a terminal shows as it is: JSON itself only escapes what is below U+0020. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(NOT_PRINTABLE, (character) =>
    character === '\n' ? character : jsonEscape(character),
  );

/** UTF-16 units (RFC 8259 section 7). */
const jsonEscape = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/**
 * Goes on without a word when whoever reads the output leaves (`| head`): what was begun is finished,
 * and the exit code says how it went.
 */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Colours a text, or leaves it: colour never says anything that the words don't. */
export type Paint = (format: Format, text: string) => string;

export const createPaint =
  (colour: boolean): Paint =>
  (format, text) =>
    colour ? styleText(format, text, { validateStream: false }) : text;

/** Colours only where a terminal shows them and nobody objects (https://no-color.org). */
export function wantsColour(
  stream: { isTTY?: boolean },
  environment: Record<string, string | undefined>,
): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/**
 * Breaks a text between words. Words that are longer than a line (addresses) stay whole.
 *
 * @param width columns of the terminal
 * @param first what stands before the first line; the others are indented as far
 */
export function wrap(text: string, width: number, first = ''): string {
  const indent = ' '.repeat(first.length);
  const lines = [first];
  let empty = true;
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (empty) lines[lines.length - 1] = line + word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(indent + word);
    empty = false;
  }
  return lines.join('\n');
}

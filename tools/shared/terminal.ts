import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

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

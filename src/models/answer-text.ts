import ejs from 'ejs';

/** Longest answer on a page, characters. So much may wait for a slow browser, and no more. */
const MAX_CHARACTERS = 16_000;
/** As in every other text of others (S52): no towers of accents, no page of blank lines. */
const MAX_MARKS = 4;
const MAX_BREAKS = 3;

/** What a model writes, made fit for a page piece by piece; pieces may end anywhere. */
export class AnswerText {
  #held = '';
  #marks = 0;
  #breaks = 0;
  #left = MAX_CHARACTERS;

  /** How much of it is on the page, characters. */
  get length(): number {
    return MAX_CHARACTERS - this.#left;
  }

  get isFull(): boolean {
    return this.#left === 0;
  }

  /** @returns HTML: escaped, without control characters and without any that turn the direction. */
  add(piece: string): string {
    const text = this.#held + piece;
    // Half of a pair or of a line break: the other half may come next.
    this.#held = /[\ud800-\udbff\r]$/.test(text) ? text.slice(-1) : '';
    const whole = text
      .slice(0, text.length - this.#held.length)
      .replace(/\p{Surrogate}/gu, '\uFFFD')
      .replace(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n')
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      .replace(/\p{Bidi_Control}/gu, '');
    let shown = '';
    for (const character of whole) if (this.#isShown(character)) shown += character;
    return ejs.escapeXML(shown);
  }

  #isShown(character: string): boolean {
    this.#marks = /\p{M}/u.test(character) ? this.#marks + 1 : 0;
    this.#breaks = character === '\n' ? this.#breaks + 1 : 0;
    if (this.#left === 0 || this.#marks > MAX_MARKS || this.#breaks > MAX_BREAKS) return false;
    this.#left -= 1;
    return true;
  }
}

import type { Avatar } from './view-models.ts';

/** `?page=` of a list, from 1 to `last`; what is no number is the first. */
export const pageNumber = (query: unknown, last: number): number =>
  Math.max(1, Math.min(last, Number.parseInt(String(query), 10) || 1));

/** Longest name, title, handle or label of others on a page, characters. */
const MAX_NAME_CHARACTERS = 80;
/** Longest description or claim, characters. */
export const MAX_TEXT_CHARACTERS = 500;
/** Most entries of a list of others on a page that is about something else. */
export const MAX_LISTED = 20;

/** Something that leaves a mark: not only joiners, fillers and the like. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\s]/u;

/**
 * Text of others, fit to be shown: no half of a surrogate pair, no control character (those that turn
 * the direction of what follows too), no tower of accents, and at most so many characters.
 */
export function short(text: string, maxCharacters = MAX_NAME_CHARACTERS): string {
  const clean = text
    // Room for what is taken away, so that a huge text is not walked through whole.
    .slice(0, maxCharacters * 10)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
    .trim();
  if (!VISIBLE.test(clean)) return '';
  const characters = [...clean];
  const isCut = characters.length > maxCharacters || text.length > maxCharacters * 10;
  return isCut ? `${characters.slice(0, maxCharacters - 1).join('')}…` : clean;
}

/** One part of a path: whatever it is, it stays one. */
export const pathPart = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));

/** First and last initial of a name, else the first of a username. */
export function initials(name: string | null, username: string | null): string | null {
  const words = short(name ?? '')
    .split(/\s+/)
    .filter(firstLetter);
  const last = words.length > 1 ? words.at(-1) : undefined;
  const found = firstLetter(words[0]) + firstLetter(last) || firstLetter(username ?? undefined);
  return found ? found.toUpperCase() : null;
}

/** With the marks on it, and by code point (`u`): never half of what a reader sees. */
function firstLetter(word = ''): string {
  return /[\p{L}\p{N}]\p{M}*/u.exec(word)?.[0] ?? '';
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first of what a reader takes for one character: a flag or a family of emoji is one. */
export function firstCharacter(text: string): string {
  for (const { segment } of characters.segment(text)) return segment;
  return '';
}

/** A person's picture over their initials. */
export function avatarOf(person: {
  picture: string | null;
  name: string | null;
  username: string | null;
}): Avatar {
  return { picture: person.picture, initials: initials(person.name, person.username) };
}

import type { Avatar, Moment } from './view-models.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/**
 * @param ms Milliseconds since 1970. The words always name UTC: the server can't know the reader's
 *   zone. Put together here: Intl takes three times as long, and a page has several.
 */
export function moment(ms: number): Moment {
  const date = new Date(ms);
  const iso = date.toISOString();
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return { iso, text: `${day}, ${iso.slice(11, 16)} UTC` };
}

/** First and last initial of a name, else the first of a username. */
export function initials(name: string | null, username: string | null): string | null {
  const words = name?.trim().split(/\s+/) ?? [];
  const last = words.length > 1 ? words.at(-1) : undefined;
  const found = firstLetter(words[0]) + firstLetter(last) || firstLetter(username ?? undefined);
  return found ? found.toUpperCase() : null;
}

/** By code point (`u`), so that an initial is never half of a pair. */
function firstLetter(word = ''): string {
  return /[\p{L}\p{N}]/u.exec(word)?.[0] ?? '';
}

export function avatarOf(person: {
  picture: string | null;
  name: string | null;
  username: string | null;
}): Avatar {
  return { picture: person.picture, initials: initials(person.name, person.username) };
}

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;
const relative = new Intl.RelativeTimeFormat('en-GB');

/** @param ms How long ago, milliseconds. */
export function ago(ms: number): string {
  const fitting = UNITS.find((candidate) => ms >= candidate.ms);
  return fitting ? relative.format(-Math.floor(ms / fitting.ms), fitting.unit) : 'a moment ago';
}

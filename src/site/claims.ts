import { MAX_LISTED, MAX_TEXT_CHARACTERS, short } from './format.ts';
import type { Language } from './languages/languages.ts';
import type { AccountPage } from './view-models.ts';

/** Seconds in the standard's own claims (RFC 7519), milliseconds in Logto's. */
const SECONDS = new Set(['iat', 'exp', 'nbf', 'auth_time']);
const MILLISECONDS = new Set(['created_at', 'updated_at']);

/** ECMAScript's own limit, milliseconds before and after 1970. */
const MAX_DATE_MS = 8.64e15;

/** Logto sends about 20; whoever runs it can add their own. */
const MAX_CLAIMS = 5 * MAX_LISTED;

/** Claims, each with its meaning and, where the value is for machines, a readable form. */
export function claimRows(
  language: Language,
  claims: Record<string, unknown>,
): AccountPage['claims'] {
  const meanings = new Map(Object.entries(language.t.account.meanings));
  return Object.entries(claims)
    .slice(0, MAX_CLAIMS)
    .map(([name, value]) => ({
      name: short(name),
      meaning: meanings.get(name) ?? null,
      value: short(verbatim(value), MAX_TEXT_CHARACTERS),
      readable: readable(language, name, value),
    }));
}

function verbatim(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readable(
  { t, moment }: Language,
  name: string,
  value: unknown,
): AccountPage['claims'][number]['readable'] {
  if (value === null) return t.account.notAtLogto;
  if (Array.isArray(value) && value.length === 0) return t.account.none;
  if (typeof value === 'boolean') return value ? t.account.yes : t.account.no;
  if (typeof value !== 'number') return null;
  const unit = SECONDS.has(name) ? 1000 : MILLISECONDS.has(name) ? 1 : null;
  return unit && Math.abs(value * unit) <= MAX_DATE_MS ? moment(value * unit) : null;
}

import { moment } from './format.ts';
import type { AccountPage } from './view-models.ts';

/** What the names of claims mean, in a person's words. */
const MEANINGS: Record<string, string | undefined> = {
  sub: 'Your ID at this site',
  name: 'Name',
  username: 'Username',
  preferred_username: 'Preferred username',
  picture: 'Picture',
  email: 'E-mail address',
  email_verified: 'Is there an address?',
  roles: 'Roles',
  organizations: 'Organizations',
  organization_roles: 'Roles in organizations',
  created_at: 'Account created',
  updated_at: 'Profile changed',
  iss: 'Who vouches for you',
  aud: 'For which app',
  iat: 'Issued',
  exp: 'Valid until',
  sid: 'Session at Logto',
};

/** Seconds in the standard's own claims (RFC 7519), milliseconds in Logto's. */
const SECONDS = new Set(['iat', 'exp', 'nbf', 'auth_time']);
const MILLISECONDS = new Set(['created_at', 'updated_at']);

/** Claims word for word, each with its meaning and, where the value is for machines, a readable form. */
export function claimRows(claims: Record<string, unknown>): AccountPage['claims'] {
  return Object.entries(claims).map(([name, value]) => ({
    name,
    meaning: MEANINGS[name] ?? null,
    value: verbatim(value),
    readable: readable(name, value),
  }));
}

function verbatim(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readable(name: string, value: unknown): string | null {
  if (value === null) return 'Not shared';
  if (Array.isArray(value) && value.length === 0) return 'None';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value !== 'number') return null;
  if (SECONDS.has(name)) return moment(value * 1000).text;
  return MILLISECONDS.has(name) ? moment(value).text : null;
}

import { MAX_LISTED, MAX_TEXT_CHARACTERS, momentOf, short } from './format.ts';
import type { AccountPage } from './view-models.ts';

/** What the names of claims mean, in a person's words. */
const MEANINGS = new Map(
  Object.entries({
    sub: 'Your ID at this site',
    name: 'Name',
    username: 'Username',
    preferred_username: 'Preferred username',
    picture: 'Picture',
    email: 'E-mail address',
    email_verified: 'Has an e-mail address (not whether it was checked)',
    roles: 'Roles',
    organizations: 'Organizations',
    organization_roles: 'Roles in organizations',
    created_at: 'Account created',
    updated_at: 'Profile changed',
    iss: 'Issuer: the Logto that signed you in',
    aud: 'For which app',
    iat: 'Issued',
    exp: 'Valid until',
    sid: 'Session at Logto',
  }),
);

/** Seconds in the standard's own claims (RFC 7519), milliseconds in Logto's. */
const SECONDS = new Set(['iat', 'exp', 'nbf', 'auth_time']);
const MILLISECONDS = new Set(['created_at', 'updated_at']);

/** Logto sends about 20; whoever runs it can add their own. */
const MAX_CLAIMS = 5 * MAX_LISTED;

/** Claims word for word, each with its meaning and, where the value is for machines, a readable form. */
export function claimRows(claims: Record<string, unknown>): AccountPage['claims'] {
  return Object.entries(claims)
    .slice(0, MAX_CLAIMS)
    .map(([name, value]) => ({
      name: short(name),
      meaning: MEANINGS.get(name) ?? null,
      value: short(verbatim(value), MAX_TEXT_CHARACTERS),
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
  if (SECONDS.has(name)) return momentOf(value * 1000)?.text ?? null;
  return MILLISECONDS.has(name) ? (momentOf(value)?.text ?? null) : null;
}

import type { IdTokenClaims } from '@logto/express';
import { webAddress } from '../http/web-url.ts';
import type { Membership } from './packed-organizations.ts';
import type { SessionUser } from './record.ts';

/**
 * What pages need of an ID token. Logto sends null for what it doesn't know, and `sid` only where
 * the application has back-channel logout with a session (measured on Logto 1.42).
 *
 * Times are milliseconds since 1970.
 */
export function userFrom(
  claims: IdTokenClaims,
  { signedInAt, endsAt, checkedAt }: Pick<SessionUser, 'signedInAt' | 'endsAt' | 'checkedAt'>,
): Omit<SessionUser, 'device' | 'huggingFace'> {
  const { iss, sub, sid } = claims;
  return {
    iss,
    sub,
    sid: typeof sid === 'string' ? sid : null,
    name: claims.name ?? null,
    username: claims.username ?? null,
    picture: webAddress(claims.picture),
    roles: [...(claims.roles ?? [])].sort(),
    organizations: memberships(claims),
    signedInAt,
    endsAt,
    checkedAt,
  };
}

/** `organization_roles` holds "id:role", and names only organizations where somebody has a role. */
export function memberships({
  organizations = [],
  organization_roles = [],
}: Pick<IdTokenClaims, 'organizations' | 'organization_roles'>): Membership[] {
  // One pass: somebody may belong to thousands.
  const roles = new Map<string, string[]>(organizations.map((id) => [id, []]));
  for (const entry of organization_roles) {
    const end = entry.indexOf(':');
    roles.get(entry.slice(0, end))?.push(entry.slice(end + 1));
  }
  return [...organizations].sort().map((id) => ({ id, roles: (roles.get(id) ?? []).sort() }));
}

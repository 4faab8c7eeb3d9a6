import { z } from 'zod';

/** Up to so many memberships are stored as they are; more are packed. */
const MAX_PLAIN = 50;

const Packed = z.array(z.tuple([z.array(z.string()), z.array(z.string())]));

export const Membership = z.object({ id: z.string(), roles: z.array(z.string()) });
/** That somebody belongs to an organization at Logto, and as what. */
export type Membership = z.infer<typeof Membership>;

/** What of a session's record concerns organizations. */
interface Packable {
  user: { organizations: Membership[] };
  idToken: string;
}

const Payload = z.record(z.string(), z.unknown());

/**
 * Somebody may belong to thousands of organizations, and every page reads the record. So it has each
 * of them once, by its id under the roles there, as one text that is taken apart when somebody asks;
 * the ID token, which says them again, is kept without. A version from before reads no memberships.
 */
export function pack(record: Packable): object {
  const { organizations } = record.user;
  if (organizations.length <= MAX_PLAIN) return record;
  const byRoles = new Map<string, [roles: string[], ids: string[]]>();
  for (const { id, roles } of organizations) {
    const key = JSON.stringify(roles);
    const group = byRoles.get(key) ?? [roles, []];
    group[1].push(id);
    byRoles.set(key, group);
  }
  const packedOrganizations = JSON.stringify([...byRoles.values()]);
  const idToken = withOrganizations(record.idToken, null);
  return { ...record, idToken, user: { ...record.user, organizations: [], packedOrganizations } };
}

/** Gives a record that was read its memberships back, and its ID token, unsigned: when asked for. */
export function unpackLater(record: Packable, packed: string): void {
  const { idToken } = record;
  define(record.user, 'organizations', () => unpack(packed));
  define(record, 'idToken', () => withOrganizations(idToken, record.user.organizations));
}

function unpack(packed: string): Membership[] {
  const groups = Packed.parse(JSON.parse(packed));
  return groups
    .flatMap(([roles, ids]) => ids.map((id) => ({ id, roles })))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Made when first read. Enumerable, so that copies of the object have it. */
function define(target: object, name: string, make: () => unknown): void {
  const get = () => {
    const value = make();
    Object.defineProperty(target, name, { value, enumerable: true, writable: true });
    return value;
  };
  Object.defineProperty(target, name, { get, enumerable: true, configurable: true });
}

/** Another payload, and so no signature any more: it was verified when it came. */
function withOrganizations(idToken: string, memberships: Membership[] | null): string {
  const [header = '', payload = ''] = idToken.split('.');
  const { organizations, organization_roles, ...claims } = Payload.parse(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  const said = memberships && {
    organizations: memberships.map(({ id }) => id),
    organization_roles: memberships.flatMap(({ id, roles }) =>
      roles.map((role) => `${id}:${role}`),
    ),
  };
  const changed = Buffer.from(JSON.stringify({ ...claims, ...said })).toString('base64url');
  return `${header}.${changed}.`;
}

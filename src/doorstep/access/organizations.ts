import { LogtoUnavailable } from '../errors.ts';
import type { Membership } from '../session/session.ts';
import { memberships } from '../session/user.ts';
import type { SignedInRequest } from './guards.ts';
import { fetchUserInfo, type UserInfo, type UserInfoDeps } from './user-info.ts';

export interface Organization extends Membership {
  /** Its id, while Logto can't be asked for the name. */
  name: string;
  description: string | null;
}

/**
 * The person's organizations as Logto has them now, by name. One call, as the account page makes.
 * With Logto out of reach: those that it named last.
 *
 * @throws {SessionEnded} when Logto no longer vouches for the person.
 */
export async function fetchOrganizations(
  deps: UserInfoDeps,
  target: SignedInRequest,
): Promise<{ organizations: Organization[]; isFresh: boolean }> {
  try {
    const info = await fetchUserInfo(deps, target);
    return { organizations: await organizationsIn(deps, target, info), isFresh: true };
  } catch (error) {
    if (!(error instanceof LogtoUnavailable)) throw error;
    return { organizations: await organizationsIn(deps, target, {}), isFresh: false };
  }
}

/** Those of which the session knows the names; asks Logto where one is missing. */
export async function knownOrganizations(
  deps: UserInfoDeps,
  target: SignedInRequest,
): Promise<Organization[]> {
  const { organizations, organizationNames } = target.user;
  const known = organizations.every(({ id }) => organizationNames?.[id] !== undefined);
  if (!known) return (await fetchOrganizations(deps, target)).organizations;
  return organizationsIn(deps, target, {});
}

/**
 * What userinfo says of organizations. Who belongs where is decided by the ID token: when userinfo
 * tells otherwise, a refresh brings a new one, and takes the access tokens of before away.
 *
 * @param info Without organizations: what the session knows.
 */
export async function organizationsIn(
  { refresher, sessions }: Pick<UserInfoDeps, 'refresher' | 'sessions'>,
  target: SignedInRequest,
  info: Partial<UserInfo>,
): Promise<Organization[]> {
  const { session, user } = target;
  const { organizations, organization_roles, organization_data } = info;
  let names = user.organizationNames ?? {};
  if (organizations && organization_data) {
    const told = memberships({ organizations, organization_roles: organization_roles ?? [] });
    const changed = JSON.stringify(told) !== JSON.stringify(user.organizations);
    if (changed) await refresher.recheck(target).catch(unlessUnavailable);
    names = Object.fromEntries(organization_data.map(({ id, name }) => [id, name]));
    if (JSON.stringify(names) !== JSON.stringify(user.organizationNames)) {
      // As with the handle: in the session as it is now.
      await sessions.update(session.id, (stored) => {
        stored.organizationNames = names;
      });
    }
  }
  const describe = (id: string) => organization_data?.find((data) => data.id === id)?.description;
  return user.organizations
    .map(({ id, roles }) => {
      const name = names[id] ?? id;
      return { id, roles, name, description: describe(id) ?? null };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** A page can do with what was known before. */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof LogtoUnavailable)) throw error;
}

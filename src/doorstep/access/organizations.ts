import { LogtoUnavailable } from '../errors.ts';
import type { ActiveSession } from '../session/session.ts';
import { memberships } from '../session/user.ts';
import type { Organization } from './principal.ts';
import { fetchUserInfo, type UserInfo, type UserInfoDeps } from './user-info.ts';

/**
 * The person's organizations as Logto has them now, by name. One call, as the account page makes.
 * With Logto unreachable: those that it named last.
 *
 * @param userInfo What somebody has asked for already; null: Logto was unreachable.
 * @throws {SessionEnded} when Logto no longer confirms the person.
 */
export async function fetchOrganizations(
  deps: UserInfoDeps,
  target: ActiveSession,
  userInfo?: UserInfo | null,
): Promise<{ organizations: Organization[]; isFresh: boolean }> {
  const info = userInfo === undefined ? await userInfoIfReachable(deps, target) : userInfo;
  return { organizations: await describe(deps, target, info ?? {}), isFresh: info !== null };
}

/** Those of which the session knows the names; asks Logto where one is missing. */
export async function knownOrganizations(
  deps: UserInfoDeps,
  target: ActiveSession,
): Promise<Organization[]> {
  const { organizations, organizationNames } = target.user;
  const isKnown = organizations.every(({ id }) => organizationNames?.[id] !== undefined);
  if (!isKnown) return (await fetchOrganizations(deps, target)).organizations;
  return describe(deps, target, {});
}

/** With Logto unreachable, null: a page can do with what was known before. */
async function userInfoIfReachable(
  deps: UserInfoDeps,
  target: ActiveSession,
): Promise<UserInfo | null> {
  try {
    return await fetchUserInfo(deps, target);
  } catch (error) {
    if (error instanceof LogtoUnavailable) return null;
    throw error;
  }
}

/**
 * What userinfo says of organizations. Who belongs where is decided by the ID token: when userinfo
 * tells otherwise, a refresh brings a new one, and takes the access tokens of before away.
 */
async function describe(
  { refresher, sessions }: UserInfoDeps,
  target: ActiveSession,
  { organizations, organization_roles, organization_data }: Partial<UserInfo>,
): Promise<Organization[]> {
  if (organizations && organization_data) {
    const told = memberships({ organizations, organization_roles: organization_roles ?? [] });
    const changed = JSON.stringify(told) !== JSON.stringify(target.user.organizations);
    if (changed) await refresher.recheck(target).catch(unlessUnavailable);
    const names = Object.fromEntries(organization_data.map(({ id, name }) => [id, name]));
    if (JSON.stringify(names) !== JSON.stringify(target.user.organizationNames)) {
      await sessions.update(target, ({ user }) => {
        user.organizationNames = names;
      });
    }
  }
  const descriptions = new Map(organization_data?.map(({ id, description }) => [id, description]));
  const names = target.user.organizationNames ?? {};
  return target.user.organizations
    .map(({ id, roles }) => {
      const name = (Object.hasOwn(names, id) && names[id]) || id;
      return { id, roles, name, description: descriptions.get(id) ?? null };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function unlessUnavailable(error: unknown): void {
  if (!(error instanceof LogtoUnavailable)) throw error;
}

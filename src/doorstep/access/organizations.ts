import { LogtoError } from '../errors.ts';
import type { Membership } from '../session/packed-organizations.ts';
import type { ActiveSession } from '../session/session.ts';
import { memberships } from '../session/user.ts';
import { fetchUserInfo, type UserInfoDeps } from './fetch-user-info.ts';
import type { Organization } from './principal.ts';
import type { UserInfo } from './user-info.ts';

/**
 * The person's organizations as Logto has them now, by name. One call, as the account page makes.
 * When Logto can't say: those that it named last.
 *
 * @param userInfo What somebody has asked for already; null: Logto could not say.
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

/** More names than this are not kept, since each page reads the session. */
const MAX_NAMES = 20;
const byName = new Intl.Collator('en').compare;

/**
 * Those of which the session knows the names, which may be some of very many; asks Logto where one
 * is missing.
 *
 * @param including One that has to be among them.
 */
export async function knownOrganizations(
  deps: UserInfoDeps,
  target: ActiveSession,
  including?: string,
): Promise<Organization[]> {
  const known = some(target, including);
  if (known) return known;
  const { organizations } = await fetchOrganizations(deps, target);
  return organizations.filter(({ id }, index) => index < MAX_NAMES || id === including);
}

/** @returns null when too few names are known. */
function some({ user }: ActiveSession, including: string | undefined): Organization[] | null {
  const names = user.organizationNames ?? {};
  const named = user.organizations.filter(({ id }) => Object.hasOwn(names, id));
  const isMissing = including !== undefined && !Object.hasOwn(names, including);
  if (isMissing || named.length < Math.min(MAX_NAMES, user.organizations.length)) return null;
  return sorted(named, names, new Map());
}

/** Null when Logto can't say: a page can do with what was known before. */
async function userInfoIfReachable(
  deps: UserInfoDeps,
  target: ActiveSession,
): Promise<UserInfo | null> {
  try {
    return await fetchUserInfo(deps, target);
  } catch (error) {
    if (error instanceof LogtoError) return null;
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
  let names = target.user.organizationNames ?? {};
  if (organizations && organization_data) {
    const told = memberships({ organizations, organization_roles: organization_roles ?? [] });
    const changed = JSON.stringify(told) !== JSON.stringify(target.user.organizations);
    if (changed) await refresher.recheck(target).catch(unlessOfLogto);
    names = Object.fromEntries(organization_data.map(({ id, name }) => [id, name]));
    const kept = Object.fromEntries(
      Object.entries(names)
        .sort(([, a], [, b]) => byName(a, b))
        .slice(0, MAX_NAMES),
    );
    if (JSON.stringify(kept) !== JSON.stringify(target.user.organizationNames)) {
      await sessions.update(target, ({ user }) => {
        user.organizationNames = kept;
      });
    }
  }
  const descriptions = new Map(organization_data?.map(({ id, description }) => [id, description]));
  return sorted(target.user.organizations, names, descriptions);
}

function sorted(
  memberships: readonly Membership[],
  names: Record<string, string>,
  descriptions: Map<string, string | null | undefined>,
): Organization[] {
  return memberships
    .map(({ id, roles }) => {
      const name = (Object.hasOwn(names, id) && names[id]) || id;
      return { id, roles, name, description: descriptions.get(id) ?? null };
    })
    .sort((a, b) => byName(a.name, b.name));
}

function unlessOfLogto(error: unknown): void {
  if (!(error instanceof LogtoError)) throw error;
}

import {
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type ResourceServer,
} from 'oidc-provider';
import { organizationRoles } from '../accounts.ts';
import type { LogtoUser, UserDirectory } from './users.ts';

export interface ApiResource {
  indicator: string;
  scopes: string[];
}

/** Stands for "a token for one of my organizations" in the sign-in request; Logto's own. */
const organizationsResource = 'urn:logto:resource:organizations';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** Access tokens for APIs and organizations (RFC 8707, and Logto's `organization_id`). */
export function resourceIndicators(
  resources: ApiResource[],
  users: UserDirectory,
  machines: { id: string; scopes: string[] }[],
  accessTokenLifetime: () => number,
): ResourceIndicators {
  const server = (scopes: Iterable<string>, audience?: string): ResourceServer => ({
    scope: [...scopes].join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: accessTokenLifetime(),
    ...(audience ? { audience } : {}),
  });

  return {
    enabled: true,
    // Only an organization token is told by something else than the parameter `resource`.
    useGrantedResource: (ctx) => organizationIdOf(ctx) !== undefined,
    defaultResource: (ctx, _client, oneOf) =>
      organizationIdOf(ctx) ? organizationsResource : oneOf,
    getResourceServerInfo: (ctx, indicator) => {
      const user = users.active(ctx.oidc.account?.accountId ?? '');
      const organizationId = organizationIdOf(ctx);
      if (organizationId && user) assertMember(user, organizationId);
      if (indicator === organizationsResource) {
        return organizationId && user
          ? server(
              organizationScopes(user, organizationId, 'own'),
              organizationAudience(organizationId),
            )
          : server(new Set(Object.values(organizationRoles).flatMap(({ own }) => own)));
      }
      const resource = resources.find((candidate) => candidate.indicator === indicator);
      if (!resource) throw new errors.InvalidTarget();
      const machine = machines.find(({ id }) => id === ctx.oidc.client?.clientId);
      if (machine) return server(resource.scopes.filter((one) => machine.scopes.includes(one)));
      // Before the sign-in nobody is known yet: every scope may be asked for.
      if (!user) return server(resource.scopes);
      // A person's own roles count everywhere; those in an organization in its tokens only. While a
      // sign-in is under way, any of them: what a token then holds is decided when it is asked for.
      const inOrganizations = isTokenRequest(ctx)
        ? organizationScopes(user, organizationId, 'api')
        : user.organizations.flatMap(({ id }) => [...organizationScopes(user, id, 'api')]);
      const permitted = new Set([...users.permissionsOf(user), ...inOrganizations]);
      return server(resource.scopes.filter((scope) => permitted.has(scope)));
    },
  };
}

/** An API token for an organization names it; the organization token itself does by its audience. */
export function organizationClaim(
  ctx: KoaContextWithOIDC,
): { organization_id: string } | undefined {
  const id = organizationIdOf(ctx);
  return id && ctx.oidc.params?.resource ? { organization_id: id } : undefined;
}

const organizationAudience = (id: string): string => `urn:logto:organization:${id}`;

function organizationIdOf(ctx: KoaContextWithOIDC): string | undefined {
  const id = ctx.oidc.body?.organization_id;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

const isTokenRequest = (ctx: KoaContextWithOIDC): boolean => ctx.oidc.route === 'token';

function organizationScopes(
  user: LogtoUser,
  id: string | undefined,
  kind: 'own' | 'api',
): Set<string> {
  const roles = user.organizations.find((organization) => organization.id === id)?.roles ?? [];
  return new Set(roles.flatMap((role) => organizationRoles[role]?.[kind] ?? []));
}

function assertMember(user: LogtoUser, id: string): void {
  if (user.organizations.some((organization) => organization.id === id)) return;
  const denied = new errors.AccessDenied('user is not a member of the organization');
  denied.status = 403;
  denied.statusCode = 403;
  throw denied;
}

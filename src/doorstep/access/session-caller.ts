import { decodeJwt } from 'jose';
import type { AuthDeps } from '../doorstep.ts';
import { LogtoRefused } from '../errors.ts';
import { type Caller, scopeSet } from './caller.ts';
import type { SignedInRequest } from './guards.ts';

/**
 * What a signed-in person may do. Roles and memberships are those of the last refresh; permissions
 * are in the access token that Logto gives for the API. It came straight from Logto and was sealed
 * since, so it is read here and not verified.
 */
export function sessionCaller(deps: AuthDeps, target: SignedInRequest): Caller {
  const { session, user } = target;
  const asked = new Map<string | null, ReturnType<Caller['scopes']>>();
  return {
    kind: 'session',
    iss: user.iss,
    sub: user.sub,
    get account() {
      const username = user.huggingFace?.username ?? user.username;
      return username ? `@${username}` : (user.name ?? user.sub);
    },
    // Getters: a refresh on the way changes them.
    get roles() {
      return user.roles;
    },
    get organizations() {
      return user.organizations;
    },
    get sinceAskedSignIn() {
      return deps.now() - (session.askedToSignInAt ?? Number.NEGATIVE_INFINITY);
    },
    scopes(organizationId) {
      const found = asked.get(organizationId) ?? fetchScopes(deps, target, organizationId);
      asked.set(organizationId, found);
      return found;
    },
  };
}

async function fetchScopes(
  { config, refresher }: AuthDeps,
  target: SignedInRequest,
  organizationId: string | null,
): Promise<ReadonlySet<string>> {
  const resource = config.logto.apiResource;
  if (!resource) return scopeSet('');
  const audience = { resource, organizationId: organizationId ?? undefined };
  try {
    return scopeSet(decodeJwt(await refresher.accessToken(target, audience)).scope);
  } catch (error) {
    const code = error instanceof LogtoRefused ? error.code : null;
    // Not a member any more: a refresh without the organization says where the person still is.
    if (code === 'access_denied' && organizationId) await refresher.recheck(target);
    // `invalid_target`: this sign-in is older than API_RESOURCE, and the next one will have it.
    else if (code !== 'invalid_target') throw error;
    return scopeSet('');
  }
}

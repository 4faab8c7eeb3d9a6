import { decodeJwt } from 'jose';
import { LogtoRefused } from '../errors.ts';
import type { HuggingFaceAccounts } from '../hugging-face/accounts.ts';
import type { Logto } from '../logto/client.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { fetchUserInfo } from './fetch-user-info.ts';
import { fetchOrganizations, knownOrganizations } from './organizations.ts';
import {
  type Claims,
  type HuggingFaceAccount,
  type SignedIn,
  scopeSet,
  type TokenRequest,
} from './principal.ts';
import type { UserInfo } from './user-info.ts';

export interface PrincipalDeps {
  signInPath: string;
  /** The API that permissions are of; null: this site has none. */
  apiResource: string | null;
  huggingFace: HuggingFaceAccounts;
  organizationId: HuggingFaceAccount['organizationId'];
  logto: Logto;
  refresher: Refresher;
  sessions: Sessions;
  now: () => number;
}

type Permissions = Promise<ReadonlySet<string>>;

/**
 * A person with a session. Roles and memberships are those of the last refresh, which may come on
 * the way; permissions are in the access token that Logto gives for the API.
 */
export class SessionPrincipal implements SignedIn {
  readonly isAuthenticated = true;
  readonly challenge = null;
  readonly #deps: PrincipalDeps;
  readonly #active: ActiveSession;
  readonly #permissions = new Map<string | null, Permissions>();
  #decoded: { idToken: string; claims: Claims } | undefined;

  constructor(deps: PrincipalDeps, active: ActiveSession) {
    this.#deps = deps;
    this.#active = active;
  }

  get signInPath() {
    return this.#deps.signInPath;
  }
  get iss() {
    return this.#active.user.iss;
  }
  get sub() {
    return this.#active.user.sub;
  }
  get name() {
    return this.#active.user.name;
  }
  get username() {
    return this.#active.user.username;
  }
  get picture() {
    return this.#active.user.picture;
  }
  get roles() {
    return this.#active.user.roles;
  }
  get organizations() {
    return this.#active.user.organizations;
  }
  get huggingFace(): HuggingFaceAccount {
    const { huggingFace: accounts, organizationId } = this.#deps;
    const { username = null, profile = null } = this.#active.user.huggingFace ?? {};
    return {
      username,
      profileUrl: profile,
      getAccessToken: (options) => accounts.accessToken(this.#active, options),
      profile: () => accounts.profile(this.#active),
      organizationId,
    };
  }
  get session() {
    return this.#active.user;
  }
  get freshSignInAgeMs() {
    const { askedToSignInAt } = this.#active.record;
    return this.#deps.now() - (askedToSignInAt ?? Number.NEGATIVE_INFINITY);
  }

  /** It came straight from Logto and was sealed since, so it is read here and not verified again. */
  get claims(): Claims {
    const { idToken } = this.#active.record;
    if (this.#decoded?.idToken !== idToken) {
      this.#decoded = { idToken, claims: decodeJwt<Claims>(idToken) };
    }
    return this.#decoded.claims;
  }

  permissions({ organizationId }: { organizationId: string | null }): Permissions {
    const found = this.#permissions.get(organizationId) ?? this.#fetchPermissions(organizationId);
    this.#permissions.set(organizationId, found);
    return found;
  }

  getAccessToken({ resource, organizationId }: TokenRequest = {}): Promise<string> {
    return this.#deps.refresher.accessToken(this.#active, { resource, organizationId });
  }

  fetchUserInfo() {
    return fetchUserInfo(this.#deps, this.#active);
  }

  fetchOrganizations(userInfo?: UserInfo | null) {
    return fetchOrganizations(this.#deps, this.#active, userInfo);
  }

  knownOrganizations(including?: string) {
    return knownOrganizations(this.#deps, this.#active, including);
  }

  toJSON(): { isAuthenticated: true; claims: Claims } {
    return { isAuthenticated: this.isAuthenticated, claims: this.claims };
  }

  async #fetchPermissions(organizationId: string | null): Permissions {
    const { apiResource, refresher } = this.#deps;
    if (!apiResource) return scopeSet('');
    const wanted = { resource: apiResource, organizationId: organizationId ?? undefined };
    try {
      return scopeSet(decodeJwt(await this.getAccessToken(wanted)).scope);
    } catch (error) {
      const code = error instanceof LogtoRefused ? error.code : null;
      // Not a member any more: a refresh without the organization says where the person still is.
      if (code === 'access_denied' && organizationId) await refresher.recheck(this.#active);
      // `invalid_target`: this sign-in is older than API_RESOURCE, and the next one will have it.
      else if (code !== 'invalid_target') throw error;
      return scopeSet('');
    }
  }
}

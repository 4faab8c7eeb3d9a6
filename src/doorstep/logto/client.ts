import { UserScope } from '@logto/express';
import LogtoClient, { type ClientAdapter, type LogtoConfig } from '@logto/node';
import type { JWTVerifyGetKey } from 'jose';
import type { KitConfig } from '../config/config.ts';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import { sharedKeySet } from './key-set.ts';
import { createRequester } from './requester.ts';
import { verifyIdToken } from './tokens.ts';

const DISCOVERY_LIFETIME_MS = 10 * 60_000;
/** Signing out never keeps a person waiting longer than this for Logto. */
const SIGN_OUT_TIMEOUT_MS = 2000;

/** What the pages need beside openid, offline_access and profile, and no more (S16). */
function scopesFor({ organizations, apiResource }: KitConfig['logto']): string[] {
  return [
    UserScope.Email,
    UserScope.Identities,
    ...(apiResource ? [UserScope.Roles] : []),
    ...(organizations ? [UserScope.Organizations, UserScope.OrganizationRoles] : []),
  ];
}

/** The SDK's storage for one call: filled before the client is made, written out by us when all went well. */
export type ClientStorage = Map<string, string>;

export interface Logto {
  /** The SDK's client for one call over `storage`; where it would redirect to, `navigate` is told. */
  client(storage: ClientStorage, navigate?: (url: string) => void): LogtoClient;
  /**
   * Revokes the refresh token (2 s at most), then says where the browser ends Logto's own session.
   *
   * @throws {LogtoUnavailable} when Logto is unreachable: then it can't be signed out there.
   */
  endSession(refreshToken: string | null, postLogoutRedirectUri: string): Promise<string>;
  /** Hands a refresh token back, and its whole grant with it (RFC 7009). */
  revoke(refreshToken: string): Promise<void>;
  /** Userinfo of whom the opaque access token was given to (OpenID Connect Core section 5.3). */
  userInfo(accessToken: string): Promise<unknown>;
  /** Logto's signing keys, shared by the whole process. */
  keySet(): Promise<JWTVerifyGetKey>;
}

export interface LogtoDeps {
  config: KitConfig;
  fetch: typeof fetch;
  now: () => number;
  /** Permissions of the API to ask for at sign-in. */
  apiScopes?: readonly string[] | undefined;
}

/** One for the process: discovery and key set are shared, clients are made for each call. */
export function createLogto({ config, fetch, now, apiScopes = [] }: LogtoDeps): Logto {
  const { endpoint, issuer, appId, appSecret, timeoutMs, apiResource } = config.logto;
  const scopes = [...scopesFor(config.logto), ...apiScopes];
  const resources = apiResource ? [apiResource] : [];
  const sdkConfig: LogtoConfig = { endpoint, appId, appSecret, scopes, resources };
  const unstable_cache = discoveryCache(issuer, now);
  const requester = createRequester({ fetch, appId, appSecret, timeoutMs });
  const shortTimeoutMs = Math.min(timeoutMs, SIGN_OUT_TIMEOUT_MS);
  const shortTimeout = createRequester({ fetch, appId, appSecret, timeoutMs: shortTimeoutMs });
  const jwksFor = sharedKeySet({ fetch, timeoutMs });

  const makeClient = (
    adapter: Pick<ClientAdapter, 'storage' | 'navigate' | 'requester'>,
  ): LogtoClient =>
    new LogtoClient(sdkConfig, { ...adapter, unstable_cache }, () => ({
      verifyIdToken: async (idToken) =>
        verifyIdToken(idToken, { getKey: await keySet(), issuer, audience: appId, now: now() }),
    }));

  const discovery = (send = requester) =>
    makeClient({
      storage: storageOver(new Map()),
      navigate: noop,
      requester: send,
    }).getOidcConfig();

  const keySet = async () => jwksFor((await discovery()).jwksUri);

  async function revoke(refreshToken: string): Promise<void> {
    const { revocationEndpoint } = await discovery(shortTimeout);
    await shortTimeout(revocationEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: appId, token: refreshToken }).toString(),
    });
  }

  async function userInfo(accessToken: string): Promise<unknown> {
    const { userinfoEndpoint } = await discovery();
    return requester(userinfoEndpoint, { headers: { authorization: `Bearer ${accessToken}` } });
  }

  async function endSession(refreshToken: string | null, postLogoutRedirectUri: string) {
    const { endSessionEndpoint } = await discovery(shortTimeout);
    if (refreshToken) {
      await revoke(refreshToken).catch((error: unknown) => {
        // A token that Logto no longer knows is as good as revoked.
        if (!(error instanceof LogtoRefused)) throw error;
      });
    }
    const query = { client_id: appId, post_logout_redirect_uri: postLogoutRedirectUri };
    return `${endSessionEndpoint}?${new URLSearchParams(query)}`;
  }

  return {
    client: (storage, navigate = noop) =>
      makeClient({ storage: storageOver(storage), navigate, requester }),
    endSession,
    revoke,
    userInfo,
    keySet,
  };
}

const noop = () => {};

/** The SDK hands the discovery document to this; kept with another issuer, it would poison us (S20). */
function discoveryCache(
  issuer: string,
  now: () => number,
): NonNullable<ClientAdapter['unstable_cache']> {
  let kept: { document: string; until: number } | undefined;
  return {
    getItem: async () => (kept && now() < kept.until ? kept.document : null),
    setItem: async (_key, document) => {
      const found: unknown = JSON.parse(document)?.issuer;
      if (found !== issuer) {
        const message = `Discovery names another issuer than ${issuer}`;
        throw new LogtoUnavailable(message, undefined, 'logto_wrong_issuer');
      }
      kept = { document, until: now() + DISCOVERY_LIFETIME_MS };
    },
    removeItem: async () => {
      kept = undefined;
    },
  };
}

function storageOver(map: ClientStorage): ClientAdapter['storage'] {
  return {
    getItem: async (key) => map.get(key) ?? null,
    setItem: async (key, value) => {
      map.set(key, value);
    },
    removeItem: async (key) => {
      map.delete(key);
    },
  };
}

import { randomBytes } from 'node:crypto';
import { UserScope } from '@logto/express';
import LogtoClient, { type LogtoConfig } from '@logto/node';
import type { KitConfig } from '../config/config.ts';
import { digest } from '../crypto/digest.ts';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import { BEARER_TOKEN } from '../http/bearer-token.ts';
import { noop } from '../promises.ts';
import { type Metadata, sharedDiscovery } from './discovery.ts';
import { type KeySet, sharedKeySet } from './key-set.ts';
import { authenticated, createRequest, parseAnswer } from './requester.ts';
import { verifyIdToken } from './tokens.ts';

/** Signing out never keeps a person waiting longer than this for Logto, discovery included. */
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
   * Revokes the refresh token, then says where the browser ends Logto's own session: 2 s at most.
   *
   * @throws {LogtoUnavailable} when Logto is unreachable: then it can't be signed out there.
   */
  endSession(
    refreshToken: string | null,
    postLogoutRedirectUri: string,
  ): Promise<{ url: string; revocationError: LogtoRefused | null }>;
  /** Revokes a refresh token, and its whole grant with it (RFC 7009): 2 s at most. */
  revoke(refreshToken: string): Promise<void>;
  /** Userinfo of whom the opaque access token was given to (OpenID Connect Core section 5.3). */
  userInfo(accessToken: string): Promise<unknown>;
  /**
   * The token for Hugging Face that Logto keeps of whom the opaque access token was given to, and
   * refreshes when it has expired: no lock holds two such calls apart (Logto's Account API).
   */
  huggingFaceToken(accessToken: string): Promise<unknown>;
  /** Logto's signing keys, shared by the whole process; nothing is asked for before one is needed. */
  keySet: KeySet;
}

export interface LogtoDeps {
  config: Pick<KitConfig, 'logto'>;
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
  const discoveryUrl = new URL(`${issuer}/.well-known/openid-configuration`).href;
  const anonymous = createRequest(fetch);
  const request = authenticated(anonymous, appId, appSecret);
  const discovery = sharedDiscovery({ url: discoveryUrl, issuer, request, timeoutMs, now });
  const keySetAt = sharedKeySet({ request: anonymous, timeoutMs, now });

  const metadata = (waitMs = timeoutMs) => discovery.get(waitMs);
  const keySet: KeySet = {
    async find(header, { isOwn = false, waitMs = timeoutMs } = {}) {
      const startedAt = performance.now();
      const { jwks_uri } = await metadata(waitMs);
      const leftMs = waitMs - (performance.now() - startedAt);
      return keySetAt(jwks_uri).find(header, { isOwn, waitMs: leftMs });
    },
  };

  async function requester<Answer>(...[input, init = {}]: Parameters<typeof fetch>) {
    return parseAnswer<Answer>(await request(input, init, timeoutMs));
  }

  const verifier = {
    verifyIdToken: (idToken: string) =>
      verifyIdToken(idToken, { keySet, issuer, audience: appId, now: now() }),
  };

  /** The SDK's own cache has no end, and those who wait at it try again one after the other. */
  class Client extends LogtoClient {
    override readonly getOidcConfig = async () => sdkMetadata(await metadata());
  }

  const client: Logto['client'] = (storage, navigate = noop) => {
    const adapter = { storage: storageOver(storage), navigate, requester, ...GENERATORS };
    return new Client(sdkConfig, adapter, () => verifier);
  };

  async function revoke(refreshToken: string, waitMs = SIGN_OUT_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + Math.min(timeoutMs, waitMs);
    const { revocation_endpoint } = await metadata(deadline - performance.now());
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ client_id: appId, token: refreshToken }).toString();
    const leftMs = Math.max(1, Math.floor(deadline - performance.now()));
    await request(revocation_endpoint, { method: 'POST', headers, body }, leftMs);
  }

  async function userInfo(accessToken: string): Promise<unknown> {
    const { userinfo_endpoint } = await metadata();
    const headers = bearing(accessToken);
    return parseAnswer(await request(userinfo_endpoint, { headers }, timeoutMs));
  }

  async function huggingFaceToken(accessToken: string): Promise<unknown> {
    const url = `${endpoint}/api/my-account/identities/huggingface/access-token`;
    const headers = bearing(accessToken);
    return parseAnswer(await anonymous(url, { headers }, timeoutMs));
  }

  async function endSession(refreshToken: string | null, postLogoutRedirectUri: string) {
    const startedAt = performance.now();
    const { end_session_endpoint } = await metadata(Math.min(timeoutMs, SIGN_OUT_TIMEOUT_MS));
    const leftMs = SIGN_OUT_TIMEOUT_MS - (performance.now() - startedAt);
    // A refusal doesn't keep the browser from ending Logto's own session.
    const revocationError = refreshToken
      ? await revoke(refreshToken, leftMs).then(() => null, refusedOrThrow)
      : null;
    const query = { client_id: appId, post_logout_redirect_uri: postLogoutRedirectUri };
    return { url: `${end_session_endpoint}?${new URLSearchParams(query)}`, revocationError };
  }

  return { client, endSession, revoke, userInfo, huggingFaceToken, keySet };
}

/** The SDK hashes by WebCrypto, each time in another thread. 32 bytes: RFC 7636 section 4.1. */
const GENERATORS = {
  generateState: randomText,
  generateCodeVerifier: randomText,
  generateCodeChallenge: digest,
};

function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** As the SDK names them. */
const sdkMetadata = (metadata: Metadata) => ({
  issuer: metadata.issuer,
  authorizationEndpoint: metadata.authorization_endpoint,
  tokenEndpoint: metadata.token_endpoint,
  jwksUri: metadata.jwks_uri,
  userinfoEndpoint: metadata.userinfo_endpoint,
  revocationEndpoint: metadata.revocation_endpoint,
  endSessionEndpoint: metadata.end_session_endpoint,
});

function bearing(accessToken: string): { authorization: string } {
  if (BEARER_TOKEN.test(accessToken)) return { authorization: `Bearer ${accessToken}` };
  throw new LogtoUnavailable('Logto gave an access token that fits into no header');
}

function refusedOrThrow(error: unknown): LogtoRefused {
  if (error instanceof LogtoRefused) return error;
  throw error;
}

function storageOver(map: ClientStorage) {
  return {
    getItem: async (key: string) => map.get(key) ?? null,
    setItem: async (key: string, value: string) => {
      map.set(key, value);
    },
    removeItem: async (key: string) => {
      map.delete(key);
    },
  };
}

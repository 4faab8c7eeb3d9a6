import { randomBytes } from 'node:crypto';
import Provider, { type Configuration, errors, interactionPolicy } from 'oidc-provider';
import { prefixOf, type Shared } from '../hugging-face/mount.ts';
import { claimsByScope, claimsOf } from './claims.ts';
import { type SigningKey, signingAlgorithms } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import { OTHER_ACCOUNT, otherAccountCheck } from './one-time-tokens.ts';
import { logoutSource, signedOutSource } from './pages.ts';
import { type ApiResource, organizationClaim, resourceIndicators } from './resources.ts';
import type { Storage } from './storage.ts';
import type { UserDirectory } from './users.ts';

export interface LogtoClient {
  id: string;
  secret: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri?: string;
  /** Only with this and the URI does an ID token carry `sid`. */
  backchannelLogoutSessionRequired?: boolean;
}

/** A machine-to-machine application, and the permissions that its roles give. */
export interface Machine {
  id: string;
  secret: string;
  scopes: string[];
}

export interface ProviderSettings {
  issuer: string;
  client: LogtoClient;
  machines: Machine[];
  resources: ApiResource[];
  users: UserDirectory;
  storage: Storage;
  /** Read at every use: a test may shorten them. */
  lifetimes: Lifetimes;
  cookieKeys: string[];
  shared: Shared | undefined;
}

export const createCookieKeys = (): string[] => [randomBytes(32).toString('base64url')];

/** oidc-provider's own. */
const LONG_COOKIES = { httpOnly: true, sameSite: 'lax' } as const;

/** Past so many percent of its life a refresh token is replaced at its next use. */
const rotateAfter = 70;

/** oidc-provider, which Logto itself runs on, set up as Logto sets it up. The first key signs. */
export function createProvider(settings: ProviderSettings, keys: SigningKey[]): Provider {
  const prefix = prefixOf(settings.shared);
  const path = prefix || '/';
  const provider = new Provider(settings.issuer, {
    adapter: settings.storage.adapterFor,
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    clients: [clientMetadata(settings.client), ...settings.machines.map(machineMetadata)],
    clientDefaults: { id_token_signed_response_alg: keys[0]?.alg ?? 'ES384' },
    claims: claimsByScope,
    scopes: ['openid', 'offline_access', ...Object.keys(claimsByScope)],
    conformIdTokenClaims: false,
    responseTypes: ['code id_token', 'code', 'id_token', 'none'],
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_jwt',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    enabledJWA: { idTokenSigningAlgValues: [...signingAlgorithms] },
    pkce: { required: () => false },
    extraParams: ['direct_sign_in', 'first_screen', 'one_time_token'],
    rotateRefreshToken: (ctx) =>
      (ctx.oidc.entities.RefreshToken?.ttlPercentagePassed() ?? 0) >= rotateAfter,
    findAccount: (ctx, sub) => {
      const user = settings.users.active(sub);
      // Application access control: a refresh says so, userinfo goes on answering.
      if (user?.isExcluded && ctx.oidc.body?.grant_type === 'refresh_token') {
        throw new errors.AccessDenied();
      }
      return user && { accountId: sub, claims: (use) => claimsOf(user, use) };
    },
    extraTokenClaims: organizationClaim,
    // A token without permissions says so: `scope: ""`.
    formats: {
      customizers: {
        jwt: (_ctx, _token, { payload }) => {
          payload.scope ??= '';
        },
      },
    },
    features: featuresOf(settings),
    interactions: { policy: policyOf(settings.users), url: interactionUrlAt(prefix) },
    cookies: { keys: settings.cookieKeys, short: { path }, long: { ...LONG_COOKIES, path } },
    ttl: ttlOf(settings.lifetimes),
    // oidc-provider's dispatcher refuses loopback; a real Logto needs
    // OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true for the same.
    fetch: (input, { method, headers, body, signal } = {}) =>
      fetch(input, {
        method: method ?? 'GET',
        headers: headers ?? {},
        body: body ?? null,
        signal: signal ?? null,
      }),
    renderError: (ctx, out) => {
      ctx.body = out;
    },
  });
  // `mount` has set the header that it then believes.
  provider.proxy = settings.shared !== undefined;
  // Logto compares parsed addresses: http://host:3000 is http://host:3000/.
  provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) =>
    settings.client.postLogoutRedirectUris.some(
      (registered) => URL.canParse(uri) && new URL(uri).href === new URL(registered).href,
    );
  return provider;
}

function clientMetadata(client: LogtoClient) {
  return {
    client_id: client.id,
    client_secret: client.secret,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    token_endpoint_auth_method: 'client_secret_basic' as const,
    ...(client.backchannelLogoutUri
      ? {
          backchannel_logout_uri: client.backchannelLogoutUri,
          backchannel_logout_session_required: client.backchannelLogoutSessionRequired ?? false,
        }
      : {}),
  };
}

const machineMetadata = ({ id, secret }: Machine) => ({
  client_id: id,
  client_secret: secret,
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_basic' as const,
});

function featuresOf({
  resources,
  users,
  machines,
  lifetimes,
  shared,
}: ProviderSettings): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource,
      postLogoutSuccessSource: signedOutSource(shared),
    },
    resourceIndicators: resourceIndicators(resources, users, machines, () => lifetimes.accessToken),
  };
}

function ttlOf(lifetimes: Lifetimes): Configuration['ttl'] {
  return {
    AuthorizationCode: () => lifetimes.authorizationCode,
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
    ClientCredentials: () => lifetimes.accessToken,
    IdToken: () => lifetimes.idToken,
    RefreshToken: () => lifetimes.refreshToken,
    Session: () => lifetimes.session,
    Grant: () => lifetimes.grant,
    Interaction: () => lifetimes.interaction,
  };
}

function policyOf(users: UserDirectory) {
  const policy = interactionPolicy.base();
  // A session whose user is suspended or deleted is asked to sign in again, as Logto does.
  policy
    .get('login')
    ?.checks.add(
      new interactionPolicy.Check(
        'no_account',
        'End-User authentication is required',
        'login_required',
        ({ oidc }) =>
          oidc.session?.accountId && !oidc.account
            ? interactionPolicy.Check.REQUEST_PROMPT
            : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    );
  policy.get('login')?.checks.add(otherAccountCheck(users));
  return policy;
}

type InteractionUrl = NonNullable<NonNullable<Configuration['interactions']>['url']>;

const interactionUrlAt =
  (prefix: string): InteractionUrl =>
  (ctx, interaction) => {
    const appId = String(interaction.params.client_id);
    const path = prefix || '/';
    ctx.cookies.set('_logto', JSON.stringify({ appId }), { httpOnly: false, path });
    return prefix + interactionPath(interaction);
  };

function interactionPath({ prompt, params }: Parameters<InteractionUrl>[1]): string {
  const clientId = String(params.client_id);
  const query = new URLSearchParams({ app_id: clientId });
  for (const name of ['login_hint', 'ui_locales', 'one_time_token']) {
    const value = params[name];
    if (typeof value === 'string' && prompt.name !== 'consent') query.set(name, value);
  }
  if (prompt.name === 'consent') return `/consent?${query}`;

  const first = params.first_screen === 'register' ? 'register' : 'sign-in';
  const direct = /^social:([\w-]+)$/.exec(String(params.direct_sign_in ?? ''));
  const isOnlyOther = prompt.reasons.every((reason) => reason === OTHER_ACCOUNT);
  if (params.one_time_token && !direct)
    return `/${isOnlyOther ? 'switch-account' : first}?${query}`;
  if (!direct) return `/${first}?${query}`;
  query.set('fallback', first);
  return `/direct/social/${direct[1]}?${query}`;
}

/** What Logto throws for a client it does not know: 400, not the 401 of a wrong secret. */
export const unknownClient = (id: string): Error =>
  new errors.InvalidClient(`invalid client ${id}`);

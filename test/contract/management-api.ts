/**
 * What the Management API of a real Logto (OSS v1.42.0) answers, distilled from recorded exchanges:
 * status, error code, and the names and types of the body in the words of test/demo/shape.ts. A list
 * is written as one example of its items. `«name»` stands for the id that an earlier exchange `keeps`.
 * What Logto says of its looks (colours, logos, texts) is left out.
 */
export interface Exchange {
  call: string;
  /** Who calls, when not somebody with a good token. */
  as?: 'nobody' | 'basic' | 'garbage' | 'tampered' | 'unprivileged';
  body?: unknown;
  keeps?: string;
  status: number;
  /** The header `Total-Number`, where the list is paged. */
  total?: number;
  /** Of its own keys, an answer may have more; of those below, none. */
  answer?: unknown;
  /** Values instead of types. */
  values?: Record<string, unknown>;
  error?: { code: string; data?: unknown; details?: string };
}

type Rest = Omit<Exchange, 'call' | 'status' | 'answer' | 'error'>;

const answers = (call: string, status: number, answer: unknown, rest: Rest = {}): Exchange => ({
  call,
  status,
  answer,
  ...rest,
});
const refuses = (
  call: string,
  status: number,
  code: string,
  body?: unknown,
  error: { data?: unknown; details?: string } = {},
): Exchange => ({ call, status, body, error: { code, ...error } });
const forbids = (
  as: NonNullable<Exchange['as']>,
  status: number,
  code: string,
  data?: unknown,
): Exchange => ({
  call: 'GET /api/applications',
  as,
  status,
  error: { code, data },
});

const URIS = { redirectUris: ['http://localhost:3000/cb'], postLogoutRedirectUris: [] };
const BACKCHANNEL = {
  backchannelLogoutUri: 'http://localhost:3000/backchannel-logout',
  backchannelLogoutSessionRequired: true,
};
const BOOKS = { name: 'Books', indicator: 'https://books.example/api' };
const MEMBER = {
  name: 'member',
  description: 'x',
  type: 'User',
  organizationScopeIds: ['«members»'],
  resourceScopeIds: [],
};
const named = (name: string) => ({ name, description: 'x' });
const CONFIG = { clientId: 'hf-client-id-0000', clientSecret: 'hf-client-secret-0000' };
const HUGGING_FACE = 'https://huggingface.co/oauth';
const BARE_OAUTH_CONFIG = {
  ...CONFIG,
  scope: 'openid profile inference-api',
  authorizationEndpoint: `${HUGGING_FACE}/authorize`,
  tokenEndpoint: `${HUGGING_FACE}/token`,
  userInfoEndpoint: `${HUGGING_FACE}/userinfo`,
  tokenEndpointResponseType: 'json',
  profileMap: { id: 'sub' },
};
const OAUTH_CONFIG = {
  ...BARE_OAUTH_CONFIG,
  tokenEndpointAuthMethod: 'client_secret_basic',
};
const OAUTH_METADATA = {
  target: 'huggingface',
  name: { en: 'Hugging Face' },
  logo: 'https://x/y.svg',
};
const OAUTH = {
  id: 'huggingface',
  connectorId: 'oauth2',
  enableTokenStorage: true,
  syncProfile: true,
  metadata: OAUTH_METADATA,
  config: OAUTH_CONFIG,
};
const HOOK = {
  name: 'Doorstep',
  events: ['User.SuspensionStatus.Updated', 'User.Deleted'],
  config: { url: 'https://app.example/hooks/logto', headers: { 'x-mine': 'optional' } },
};

const application = {
  tenantId: 'string',
  id: 'string',
  name: 'string',
  description: 'null',
  type: 'string',
  oidcClientMetadata: { redirectUris: 'array', postLogoutRedirectUris: 'array' },
  customClientMetadata: {},
  protectedAppMetadata: 'null',
  customData: {},
  isThirdParty: 'boolean',
  appLevelAccessControlEnabled: 'boolean',
  createdAt: 'milliseconds',
};
const withoutContext = {
  tenantId: 'string',
  id: 'string',
  email: 'string',
  token: 'string',
  status: 'string',
  createdAt: 'milliseconds',
  expiresAt: 'milliseconds',
};
const oneTimeToken = { ...withoutContext, context: {} };
const withBackchannel = {
  ...application,
  oidcClientMetadata: {
    ...application.oidcClientMetadata,
    backchannelLogoutUri: 'string',
    backchannelLogoutSessionRequired: 'boolean',
  },
};
const secret = {
  tenantId: 'string',
  applicationId: 'string',
  name: 'string',
  value: 'string',
  createdAt: 'milliseconds',
  expiresAt: 'null',
};
const connector = {
  id: 'string',
  syncProfile: 'boolean',
  enableTokenStorage: 'boolean',
  config: { scope: 'string', clientId: 'string', clientSecret: 'string' },
  metadata: {},
  connectorId: 'string',
  target: 'string',
};
const { config: _config, metadata: _metadata, ...general } = connector;
const hook = {
  tenantId: 'string',
  id: 'string',
  name: 'string',
  event: 'null',
  events: 'array',
  config: { url: 'string' },
  signingKey: 'string',
  enabled: 'boolean',
  createdAt: 'milliseconds',
};
const accountCenter = {
  tenantId: 'string',
  id: 'string',
  enabled: 'boolean',
  webauthnRelatedOrigins: 'array',
  deleteAccountUrl: 'null',
  customCss: 'null',
  profileFields: 'null',
};
const signIn = {
  tenantId: 'string',
  id: 'string',
  signIn: { methods: 'array' },
  signUp: { identifiers: 'array', password: 'boolean', verify: 'boolean' },
  socialSignIn: {},
  socialSignInConnectorTargets: 'array',
  signInMode: 'string',
};
const resource = {
  tenantId: 'string',
  id: 'string',
  name: 'string',
  indicator: 'string',
  isDefault: 'boolean',
  accessTokenTtl: 'number',
};
const resourceScope = {
  tenantId: 'string',
  id: 'string',
  resourceId: 'string',
  name: 'string',
  description: 'string',
  createdAt: 'milliseconds',
};
const role = {
  tenantId: 'string',
  id: 'string',
  name: 'string',
  description: 'string',
  type: 'string',
  isDefault: 'boolean',
};
const listedRole = {
  ...role,
  usersCount: 'number',
  featuredUsers: 'array',
  applicationsCount: 'number',
  featuredApplications: 'array',
};
const organizationScope = {
  tenantId: 'string',
  id: 'string',
  name: 'string',
  description: 'string',
};
const organizationRole = { ...organizationScope, type: 'string' };
const BAD_BODY = 'guard.invalid_input';
const issues = { issues: 'array', name: 'string' };
const at = (path: string) => ({ data: issues, details: path });
const traditional = (oidcClientMetadata: object) => ({
  name: 'one',
  type: 'Traditional',
  oidcClientMetadata,
});
const APPLICATION = 'PATCH /api/applications/«application»';
const patched = (oidcClientMetadata: object) => ({ body: { oidcClientMetadata } });
const configured = (config: object) => ({ body: { config: { ...CONFIG, ...config } } });

/** In this order, beginning with an empty tenant. */
export const exchanges: Exchange[] = [
  answers('GET /api/status', 204, undefined, { as: 'nobody' }),
  forbids('nobody', 401, 'auth.authorization_header_missing'),
  forbids('basic', 401, 'auth.authorization_token_type_not_supported', { supportedTypes: 'array' }),
  forbids('garbage', 401, 'auth.unauthorized', { code: 'ERR_JWS_INVALID', name: 'JWSInvalid' }),
  forbids('tampered', 401, 'auth.unauthorized', {
    code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    name: 'JWSSignatureVerificationFailed',
  }),
  forbids('unprivileged', 403, 'auth.forbidden'),
  answers('GET /api/nope', 404, 'string'),
  answers('GET /api/nope', 404, 'string', { as: 'nobody' }),

  answers('POST /api/applications', 200, application, {
    body: traditional(URIS),
    keeps: 'application',
  }),
  // The same name again makes a second one.
  answers('POST /api/applications', 200, application, { body: traditional(URIS) }),
  answers('GET /api/applications/«application»', 200, { ...application, isAdmin: 'boolean' }),
  refuses('POST /api/applications', 400, BAD_BODY, { type: 'Traditional' }, at('name')),
  refuses('POST /api/applications', 400, BAD_BODY, { name: 'x', type: 'Web' }, at('type')),
  refuses(
    'POST /api/applications',
    400,
    BAD_BODY,
    traditional({ ...URIS, redirectUris: ['no url'] }),
    at('oidcClientMetadata.redirectUris.0'),
  ),
  refuses(
    'POST /api/applications',
    400,
    BAD_BODY,
    traditional({ redirectUris: [] }),
    at('oidcClientMetadata.postLogoutRedirectUris'),
  ),
  refuses(
    APPLICATION,
    400,
    BAD_BODY,
    { oidcClientMetadata: { ...URIS, backchannelLogoutUri: 'x' } },
    at('oidcClientMetadata.backchannelLogoutUri'),
  ),
  answers(APPLICATION, 200, withBackchannel, patched({ ...URIS, ...BACKCHANNEL })),
  answers(APPLICATION, 200, withBackchannel, { body: { nope: 1 } }),
  // The metadata is replaced whole: the back-channel URI is gone.
  answers(APPLICATION, 200, application, patched(URIS)),
  answers('GET /api/applications', 200, [application]),
  answers('GET /api/applications?page=1&page_size=1', 200, [application], { total: 2 }),
  refuses('GET /api/applications?page=0', 400, 'guard.invalid_pagination'),
  refuses('GET /api/applications?page=1&page_size=101', 400, 'guard.invalid_pagination'),
  refuses('GET /api/applications/nope', 404, 'entity.not_exists_with_id'),
  answers('GET /api/applications/«application»/secrets', 200, [secret]),
  answers('POST /api/applications/«application»/secrets', 201, secret, {
    body: { name: 'second', expiresAt: null },
  }),
  refuses('POST /api/applications/«application»/secrets', 422, 'application.secret_name_exists', {
    name: 'second',
  }),

  // A target without a connector is dropped without a word.
  answers('PATCH /api/sign-in-exp', 200, signIn, {
    body: { socialSignInConnectorTargets: ['nope'] },
    values: { socialSignInConnectorTargets: [] },
  }),
  refuses('POST /api/connectors', 422, 'connector.not_found_with_connector_id', {
    connectorId: 'nope',
    config: {},
  }),
  answers('POST /api/connectors', 200, connector, {
    body: {
      id: 'huggingface',
      connectorId: 'huggingface-universal',
      config: { ...CONFIG, scope: 'profile' },
      syncProfile: true,
    },
    values: { id: 'huggingface', target: 'huggingface', syncProfile: true },
  }),
  refuses('POST /api/connectors', 422, 'connector.multiple_instances_not_supported', {
    connectorId: 'huggingface-universal',
    config: CONFIG,
  }),
  answers('GET /api/connectors/huggingface', 200, connector),
  answers('GET /api/connectors', 200, [connector]),
  refuses(
    'PATCH /api/connectors/huggingface',
    400,
    'connector.invalid_config',
    { config: { clientId: 'x' } },
    at('clientSecret'),
  ),
  // The config is replaced whole, and keeps what the connector doesn't know.
  answers(
    'PATCH /api/connectors/huggingface',
    200,
    { ...connector, config: { ...connector.config, nope: 'number' } },
    configured({ scope: 'profile', nope: 1 }),
  ),
  answers('PATCH /api/connectors/huggingface', 200, connector, configured({ scope: 'profile' })),
  refuses('GET /api/connectors/nope', 404, 'entity.not_found'),
  answers('PATCH /api/sign-in-exp', 200, signIn, {
    body: {
      socialSignInConnectorTargets: ['huggingface', 'nope'],
      signInMode: 'SignInAndRegister',
      signIn: { methods: [] },
      signUp: { identifiers: [], password: false, verify: false },
    },
    values: { socialSignInConnectorTargets: ['huggingface'], signIn: { methods: [] } },
  }),
  refuses('PATCH /api/sign-in-exp', 400, 'sign_in_experiences.enabled_connector_not_found', {
    signUp: { identifiers: ['email'], password: false, verify: true },
  }),
  answers('GET /api/sign-in-exp', 200, signIn),

  // Of a Logto of August 2026: the general connector in the place of Hugging Face's own. One target
  // is there once, so the first has to go; the sign-in page then no longer has it.
  refuses('POST /api/connectors', 422, 'connector.multiple_target_with_same_platform', OAUTH, {
    data: { connectorId: 'string', connectorName: { en: 'string' } },
  }),
  refuses('PATCH /api/connectors/huggingface', 422, 'connector.token_storage_not_supported', {
    enableTokenStorage: true,
  }),
  answers('DELETE /api/connectors/huggingface', 204, undefined),
  refuses('DELETE /api/connectors/huggingface', 404, 'entity.not_found'),
  answers('GET /api/sign-in-exp', 200, signIn, { values: { socialSignInConnectorTargets: [] } }),
  refuses('POST /api/connectors', 400, 'connector.should_specify_target', {
    ...OAUTH,
    metadata: { name: { en: 'Hugging Face' } },
  }),
  refuses(
    'POST /api/connectors',
    400,
    'connector.invalid_config',
    { ...OAUTH, config: CONFIG },
    at('authorizationEndpoint'),
  ),
  answers('POST /api/connectors', 200, general, {
    body: OAUTH,
    values: { id: 'huggingface', target: 'huggingface', enableTokenStorage: true },
  }),
  refuses('PATCH /api/connectors/huggingface', 400, 'connector.can_not_modify_target', {
    metadata: { name: { en: 'Hugging Face' } },
  }),
  // Replaced whole, both of them: the logo and the way to authenticate are gone.
  answers('PATCH /api/connectors/huggingface', 200, undefined, {
    body: {
      metadata: { target: 'huggingface' },
      config: BARE_OAUTH_CONFIG,
    },
    values: {
      metadata: { target: 'huggingface' },
      config: BARE_OAUTH_CONFIG,
    },
  }),
  answers('PATCH /api/sign-in-exp', 200, signIn, {
    body: { socialSignInConnectorTargets: ['huggingface'] },
    values: { socialSignInConnectorTargets: ['huggingface'] },
  }),

  // Webhooks, of the same Logto. Logto makes the signing key, and shows it every time.
  answers(
    'POST /api/hooks',
    201,
    { ...hook, config: { url: 'string', headers: { 'x-mine': 'string' } } },
    {
      body: { ...HOOK, signingKey: 'mine' },
      keeps: 'hook',
    },
  ),
  // The same name again makes a second one, and no address is too strange.
  answers('POST /api/hooks', 201, hook, { body: { ...HOOK, config: { url: 'notaurl' } } }),
  answers('GET /api/hooks', 200, [hook]),
  refuses('POST /api/hooks', 400, 'hook.missing_events', { ...HOOK, events: undefined }),
  refuses('POST /api/hooks', 400, BAD_BODY, { ...HOOK, events: [] }, at('events')),
  refuses('POST /api/hooks', 400, BAD_BODY, { ...HOOK, events: ['User.Roles'] }, at('events.0')),
  // Events and config are each replaced whole: the headers are gone.
  answers('PATCH /api/hooks/«hook»', 200, hook, {
    body: { config: { url: 'http://localhost:1/hooks/logto' } },
    values: { events: HOOK.events, config: { url: 'http://localhost:1/hooks/logto' } },
  }),
  refuses('PATCH /api/hooks/«hook»', 422, 'entity.invalid_input', { signingKey: 'mine' }),
  answers('PATCH /api/hooks/«hook»/signing-key', 200, hook),
  answers('GET /api/hooks/«hook»?includeExecutionStats=true', 200, {
    ...hook,
    executionStats: { successCount: 'number', requestCount: 'number' },
  }),
  answers('GET /api/hooks/«hook»/recent-logs', 200, undefined, { total: 0 }),
  refuses('POST /api/hooks/«hook»/test', 422, 'hook.send_test_payload_failed', {
    events: ['User.Deleted'],
    config: { url: 'http://localhost:1/' },
  }),
  answers('DELETE /api/hooks/«hook»', 204, undefined),
  refuses('GET /api/hooks/«hook»', 404, 'entity.not_exists'),

  answers('GET /api/account-center', 200, { ...accountCenter, fields: {} }),
  answers('PATCH /api/account-center', 200, accountCenter, {
    body: { enabled: true, fields: { name: 'Edit', email: 'ReadOnly' } },
    values: { enabled: true, fields: { name: 'Edit', email: 'ReadOnly' } },
  }),
  // The fields are replaced whole.
  answers('PATCH /api/account-center', 200, accountCenter, {
    body: { fields: { avatar: 'Edit' } },
    values: { enabled: true, fields: { avatar: 'Edit' } },
  }),

  answers(
    'POST /api/resources',
    201,
    { ...resource, scopes: 'array' },
    { body: BOOKS, keeps: 'api' },
  ),
  refuses('POST /api/resources', 422, 'resource.resource_identifier_in_use', BOOKS),
  answers('POST /api/resources/«api»/scopes', 201, resourceScope, {
    body: named('read:books'),
    keeps: 'read',
  }),
  answers('POST /api/resources/«api»/scopes', 201, resourceScope, {
    body: named('write:books'),
    keeps: 'write',
  }),
  refuses('POST /api/resources/«api»/scopes', 422, 'scope.name_exists', named('read:books')),
  refuses('POST /api/resources/«api»/scopes', 400, 'scope.name_with_space', named('a b')),
  answers('GET /api/resources?includeScopes=true', 200, [{ ...resource, scopes: 'array' }]),
  answers('GET /api/resources?includeScopes=true&page=1&page_size=1', 200, [resource], {
    total: 2,
  }),
  answers('POST /api/roles', 200, role, {
    body: { ...named('editor'), type: 'User', scopeIds: ['«read»'] },
    keeps: 'role',
  }),
  refuses('POST /api/roles', 422, 'role.name_in_use', named('editor')),
  answers('POST /api/roles/«role»/scopes', 201, undefined, { body: { scopeIds: ['«write»'] } }),
  refuses('POST /api/roles/«role»/scopes', 422, 'role.scope_exists', { scopeIds: ['«read»'] }),
  answers('PATCH /api/roles/«role»', 200, role, {
    body: { isDefault: true },
    values: { isDefault: true },
  }),
  // This list is always paged.
  answers('GET /api/roles', 200, [listedRole], { total: 2 }),
  answers('GET /api/roles/«role»/scopes', 200, [{ ...resourceScope, resource }]),
  refuses('GET /api/roles/nope/scopes', 404, 'entity.not_exists_with_id'),

  // Of August 2026: the address isn't checked.
  answers('POST /api/one-time-tokens', 201, oneTimeToken, { body: { email: 'nope' } }),
  answers('POST /api/one-time-tokens', 201, withoutContext, {
    body: {
      email: 'ann@example.org',
      expiresIn: 600,
      context: { jitOrganizationIds: ['an-organization'] },
    },
    values: { email: 'ann@example.org', status: 'active' },
  }),
  answers('GET /api/one-time-tokens', 200, [oneTimeToken]),

  answers('POST /api/organization-scopes', 201, organizationScope, {
    body: named('read:members'),
    keeps: 'members',
  }),
  refuses(
    'POST /api/organization-scopes',
    422,
    'entity.unique_integrity_violation',
    named('read:members'),
  ),
  answers('GET /api/organization-scopes', 200, [organizationScope]),
  answers('POST /api/organization-roles', 201, organizationRole, { body: MEMBER, keeps: 'member' }),
  refuses('POST /api/organization-roles', 422, 'entity.unique_integrity_violation', MEMBER),
  answers('POST /api/organization-roles/«member»/scopes', 201, undefined, {
    body: { organizationScopeIds: ['«members»'] },
  }),
  answers(
    'GET /api/organization-roles',
    200,
    [{ ...organizationRole, scopes: 'array', resourceScopes: 'array' }],
    { total: 1 },
  ),
  answers('GET /api/organization-roles/«member»/scopes', 200, [organizationScope]),
];

/** The token endpoint, for the client credentials grant. */
export interface TokenExchange {
  client: 'good' | 'wrong secret' | 'unknown' | 'unprivileged' | 'expired secret' | 'traditional';
  form?: Record<string, string>;
  status: number;
  answer: unknown;
}

const TOKEN = { access_token: 'string', expires_in: 'number', token_type: 'string' };
const refusal = (error: string, error_description: string) => ({
  code: `oidc.${error}`,
  error,
  error_description,
});

export const tokenExchanges: TokenExchange[] = [
  { client: 'good', status: 200, answer: { ...TOKEN, scope: 'string' } },
  {
    client: 'good',
    form: { scope: 'all nope' },
    status: 200,
    answer: { ...TOKEN, scope: 'string' },
  },
  // Without the role there is a token all the same, only its scope is missing.
  { client: 'unprivileged', status: 200, answer: TOKEN },
  {
    client: 'wrong secret',
    status: 401,
    answer: refusal('invalid_client', 'client authentication failed'),
  },
  { client: 'unknown', status: 400, answer: refusal('invalid_client', 'invalid client nobody') },
  {
    client: 'expired secret',
    status: 400,
    answer: refusal('invalid_request', 'client secret has expired'),
  },
  {
    client: 'traditional',
    status: 400,
    answer: refusal('invalid_request', 'requested grant type is not allowed for this client'),
  },
  {
    client: 'good',
    form: { resource: 'https://nope.example/api' },
    status: 400,
    answer: refusal('invalid_target', 'resource indicator is missing, or unknown'),
  },
  {
    client: 'good',
    form: { grant_type: 'password' },
    status: 400,
    answer: refusal('unsupported_grant_type', 'unsupported grant_type requested'),
  },
];

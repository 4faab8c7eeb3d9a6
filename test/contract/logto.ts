/**
 * What a real Logto (OSS v1.42.0) does, distilled from measurements: names, types, status and error
 * codes. `«endpoint»` stands for Logto's origin. A word for a type: `string`, `seconds` (since 1970),
 * `milliseconds`, `number`, `boolean`, `null`, `array`.
 */

const idTokenFrame = { aud: 'string', exp: 'seconds', iat: 'seconds', iss: 'string' };

const profileClaims = {
  name: 'string',
  picture: 'string',
  updated_at: 'milliseconds',
  username: 'null',
  created_at: 'milliseconds',
};
const emailClaims = { email: 'string', email_verified: 'boolean' };
const sub = { sub: 'string' };

const invalidGrant = {
  status: 400,
  code: 'oidc.invalid_grant',
  error: 'invalid_grant',
  error_description: 'grant request is invalid',
  authenticate: null,
};
const invalidToken = {
  status: 401,
  code: 'oidc.invalid_token',
  error: 'invalid_token',
  error_description: 'invalid token provided',
  authenticate:
    'Bearer realm="«endpoint»/oidc", error="invalid_token", error_description="invalid token provided"',
};
const toTheApp = { endsAt: 'app', sessionKept: false, logoutToken: true };
const toLogtoItself = {
  endsAt: '/oidc/session/end/success',
  sessionKept: false,
  logoutToken: true,
};
const refused = { endsAt: 400, sessionKept: true, logoutToken: false };

export const logtoFacts = {
  discovery: {
    issuer: '«endpoint»/oidc',
    authorization_endpoint: '«endpoint»/oidc/auth',
    token_endpoint: '«endpoint»/oidc/token',
    userinfo_endpoint: '«endpoint»/oidc/me',
    jwks_uri: '«endpoint»/oidc/jwks',
    end_session_endpoint: '«endpoint»/oidc/session/end',
    revocation_endpoint: '«endpoint»/oidc/token/revocation',
    introspection_endpoint: '«endpoint»/oidc/token/introspection',
    pushed_authorization_request_endpoint: '«endpoint»/oidc/request',
    device_authorization_endpoint: '«endpoint»/oidc/device/auth',
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_session_supported: true,
    backchannel_logout_supported: true,
    claim_types_supported: ['normal'],
    claims_parameter_supported: false,
    claims_supported:
      'address auth_time birthdate created_at custom_data email email_verified family_name gender given_name identities iss locale middle_name name nickname organization_data organization_roles organizations phone_number phone_number_verified picture preferred_username profile roles sid sso_identities sub updated_at username website zoneinfo'.split(
        ' ',
      ),
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: [
      'authorization_code',
      'client_credentials',
      'implicit',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    id_token_signing_alg_values_supported: ['ES384'],
    request_uri_parameter_supported: false,
    response_modes_supported: ['form_post', 'fragment', 'query'],
    response_types_supported: ['code', 'code id_token', 'id_token', 'none'],
    scopes_supported: [
      'address',
      'custom_data',
      'email',
      'identities',
      'offline_access',
      'openid',
      'phone',
      'profile',
      'roles',
      'urn:logto:scope:organization_roles',
      'urn:logto:scope:organizations',
      'urn:logto:scope:sessions',
    ],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_jwt',
      'client_secret_post',
      'none',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: [
      'ES256',
      'Ed25519',
      'EdDSA',
      'HS256',
      'PS256',
      'RS256',
    ],
  },
  discoveryByAnotherHost: { issuer: 'fixed', endpoints: 'follow the Host header' },
  caching: {
    discovery: { cacheControl: null, etag: true },
    jwks: { cacheControl: 'no-cache, max-age=0, must-revalidate', etag: true },
  },
  jwks: [
    {
      kty: 'EC',
      use: 'sig',
      kid: 'string',
      alg: 'ES384',
      crv: 'P-384',
      x: 'string',
      y: 'string',
    },
  ],
  afterRsaRotation: { idTokenAlg: 'RS256', jwkHasAlg: false },

  callbackParameters: ['code', 'iss', 'state'],
  tokenResponse: {
    access_token: 'string',
    expires_in: 3600,
    id_token: 'string',
    refresh_token: 'string',
    scope: 'openid offline_access profile email',
    token_type: 'Bearer',
  },
  withoutConsent: {
    keys: ['access_token', 'expires_in', 'id_token', 'scope', 'token_type'],
    scope: 'openid profile',
  },
  opaqueAccessToken: true,
  idTokenHeader: { alg: 'ES384', kid: 'string' },
  idTokenByScope: {
    openid: { ...sub, ...idTokenFrame },
    profile: { ...sub, ...profileClaims, ...idTokenFrame },
    email: { ...sub, ...emailClaims, ...idTokenFrame },
    phone: { ...sub, phone_number: 'null', phone_number_verified: 'boolean', ...idTokenFrame },
    identities: { ...sub, ...idTokenFrame },
    custom_data: { ...sub, ...idTokenFrame },
    roles: { ...sub, roles: 'array', ...idTokenFrame },
    'urn:logto:scope:organizations': { ...sub, organizations: 'array', ...idTokenFrame },
    'urn:logto:scope:organization_roles': { ...sub, organization_roles: 'array', ...idTokenFrame },
  },
  userinfoByScope: {
    openid: sub,
    profile: { ...sub, ...profileClaims },
    email: { ...sub, ...emailClaims },
    phone: { ...sub, phone_number: 'null', phone_number_verified: 'boolean' },
    identities: {
      ...sub,
      identities: {
        huggingface: {
          userId: 'string',
          details: {
            id: 'string',
            name: 'string',
            email: 'string',
            avatar: 'string',
            rawData: {
              sub: 'string',
              name: 'string',
              orgs: 'array',
              email: 'string',
              isPro: 'boolean',
              picture: 'string',
              profile: 'string',
              website: 'string',
              email_verified: 'boolean',
              preferred_username: 'string',
            },
          },
        },
      },
      sso_identities: 'array',
    },
    custom_data: { ...sub, custom_data: {} },
    roles: { ...sub, roles: 'array' },
    'urn:logto:scope:organizations': {
      ...sub,
      organizations: 'array',
      organization_data: 'array',
    },
    'urn:logto:scope:organization_roles': { ...sub, organization_roles: 'array' },
  },
  bareAccount: { name: 'null', picture: 'null', username: 'null', email: 'null', verified: false },
  organizationRole: 'organization id:role',
  sidInIdToken: { withBoth: true, uriOnly: false, neither: false },

  apiToken: {
    response: {
      access_token: 'string',
      expires_in: 3600,
      refresh_token: 'the same',
      scope: 'read:books',
      token_type: 'Bearer',
    },
    header: { alg: 'ES384', typ: 'at+jwt', kid: 'string' },
    claims: {
      jti: 'string',
      sub: 'string',
      iat: 'seconds',
      exp: 'seconds',
      scope: 'string',
      client_id: 'string',
      iss: 'string',
      aud: 'string',
    },
    withoutPermissions: { scope: '' },
  },
  organizationToken: {
    audience: 'urn:logto:organization:ID',
    withResource: { audience: 'the resource', organization_id: true },
    notAMember: {
      status: 403,
      code: 'oidc.access_denied',
      error: 'access_denied',
      error_description: 'user is not a member of the organization',
      authenticate: null,
    },
  },

  refresh: {
    below70percent: { parallel: [200, 200], sameToken: true },
    past70percent: { parallel: [200, 200], sameToken: false, twoDifferentOnes: true },
    oldTokenAfter1s: 200,
    oldTokenAfter4s: invalidGrant,
    thenTheNewTokens: [invalidGrant, invalidGrant],
    thenUserinfo: invalidToken,
    thenSession: 'alive',
    resourceNotInSignIn: {
      status: 400,
      code: 'oidc.invalid_target',
      error: 'invalid_target',
      error_description: 'resource indicator is missing, or unknown',
      authenticate: null,
    },
  },
  revocation: {
    status: 200,
    unknownToken: 200,
    refreshAfter: invalidGrant,
    userinfoAfter: invalidToken,
  },
  codeReplay: { again: invalidGrant, refresh: invalidGrant, userinfo: invalidToken },
  wrongVerifier: invalidGrant,
  codeAfter61s: invalidGrant,
  userGone: {
    suspended: { refresh: invalidGrant, userinfo: invalidToken, next: '/sign-in' },
    deleted: { refresh: invalidGrant, userinfo: invalidToken, next: '/sign-in' },
  },
  userinfoErrors: {
    withoutToken: {
      status: 401,
      code: 'oidc.invalid_token',
      error: 'invalid_token',
      error_description: 'no access token provided',
      authenticate: 'Bearer realm="«endpoint»/oidc"',
    },
    garbage: invalidToken,
  },
  clientErrors: {
    wrongSecret: {
      status: 401,
      code: 'oidc.invalid_client',
      error: 'invalid_client',
      error_description: 'client authentication failed',
      authenticate:
        'Basic realm="«endpoint»/oidc", error="invalid_client", error_description="client authentication failed"',
    },
    unknownClient: {
      status: 400,
      code: 'oidc.invalid_client',
      error: 'invalid_client',
      error_description: 'invalid client no-such-client',
      authenticate: null,
    },
    unsupportedGrant: {
      status: 400,
      code: 'oidc.unsupported_grant_type',
      error: 'unsupported_grant_type',
      error_description: 'unsupported grant_type requested',
      authenticate: null,
    },
    clientCredentials: {
      status: 400,
      code: 'oidc.invalid_request',
      error: 'invalid_request',
      error_description: 'requested grant type is not allowed for this client',
      authenticate: null,
    },
  },

  authorization: {
    unregisteredRedirectUri: { status: 400, error: 'invalid_redirect_uri' },
    unknownClient: { status: 400, error: 'invalid_client' },
    promptNone: { error: 'login_required', iss: true, state: true },
    unknownResource: { error: 'invalid_target', iss: true, state: true },
    unknownScope: '/sign-in',
    withoutPkce: '/sign-in',
    firstScreenRegister: '/register',
    directSignIn: 'Hugging Face',
    unknownDirectSignIn: '/sign-in',
    pageWithoutInteraction: '/unknown-session',
    cookies: [
      '_interaction',
      '_interaction.sig',
      '_interaction_resume',
      '_interaction_resume.sig',
      '_logto',
      '_logto.sig',
      '_session',
      '_session.sig',
    ],
    interactionCookie: 'JSON by application',
  },
  socialSignIn: {
    requestedScope: 'openid profile email',
    cancel: { at: '/sign-in', toast: "The user's authorization process is unsuccessful." },
    retryAfterCancel: 'app',
    replayedCallback: { at: '/sign-in', toast: 'The authorization is invalid' },
    suspendedUser: '/account-suspended',
    usernameWithHyphen: 'refused',
    sameEmailTwice: '/social/link/huggingface',
  },

  signOut: {
    clientIdAndState: { ...toTheApp, endsAt: 'app?state=abc' },
    idTokenHint: toTheApp,
    nothing: toLogtoItself,
    clientIdOnly: toLogtoItself,
    uriWithoutClient: toLogtoItself,
    unregisteredUri: refused,
    badIdTokenHint: refused,
    withoutSession: { endsAt: 'app', sessionKept: false, logoutToken: false },
    refreshTokenAfter: 200,
  },
  logoutToken: {
    contentType: 'application/x-www-form-urlencoded',
    fields: ['logout_token'],
    header: { alg: 'ES384', typ: 'logout+jwt', kid: 'string' },
    claims: {
      sub: 'string',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      jti: 'string',
      sid: 'string',
      aud: 'string',
      exp: 'seconds',
      iat: 'seconds',
      iss: 'string',
    },
    lifetime: 120,
  },

  status: 204,
  signInExperience: {
    keys: 'adaptiveMfa agreeToTermsPolicy branding captchaPolicy color customContent customCss customProfileFieldCatalog customProfileFields customUiAssets customUiCsp forgotPassword hideLogtoBranding id isDevelopmentTenant languageInfo mfa passkeySignIn passwordExpiration passwordPolicy privacyPolicyUrl sentinelPolicy signIn signInMode signUp signUpProfileFields singleSignOnEnabled socialConnectors socialSignIn socialSignInConnectorTargets ssoConnectors supportEmail supportWebsiteUrl tenantId termsOfUseUrl unknownSessionRedirectUrl usernamePolicy verificationCodePolicy'.split(
      ' ',
    ),
    signInMode: 'SignInAndRegister',
    socialSignInConnectorTargets: ['huggingface'],
    socialConnector: {
      id: 'huggingface',
      target: 'huggingface',
      name: { en: 'Hugging Face' },
      logo: 'string',
      logoDark: null,
      platform: 'Universal',
    },
  },
};

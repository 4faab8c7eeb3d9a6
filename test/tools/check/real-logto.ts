/** What a real Logto answers where the stand-in has nothing; forms and codes as recorded from Logto 1.42. */

export const M2M = {
  id: 'm2m-app',
  secret: 'm2m-secret-of-the-tests',
  token: 'm2m-token-of-the-tests',
};
export const CONNECTOR = { id: 'huggingface', target: 'huggingface' };

const AUTHORIZATION_URI =
  'https://huggingface.co/oauth/authorize?response_type=code&client_id=hf-client-id-0000&scope=profile';

export const APPLICATION = {
  id: 'test-app',
  type: 'Traditional',
  isThirdParty: false,
  appLevelAccessControlEnabled: false,
  oidcClientMetadata: {
    redirectUris: ['https://app.example.com/callback', 'http://localhost:3000/callback'],
    postLogoutRedirectUris: ['https://app.example.com/'],
    backchannelLogoutUri: 'https://app.example.com/backchannel-logout',
    backchannelLogoutSessionRequired: true,
  },
};

const RESOURCES = [
  { indicator: 'https://default.logto.app/api', scopes: [{ name: 'all' }] },
  {
    indicator: 'https://books.example/api',
    scopes: [{ name: 'read:books' }, { name: 'write:books' }],
  },
];

export const json = (body: unknown, status = 200): Response => Response.json(body, { status });

/** The sign-in page's own API, and the Management API. */
export async function likeRealLogto(
  url: URL,
  { method = 'GET', headers, body }: RequestInit,
  pass: () => Promise<Response>,
): Promise<Response> {
  const sent = new Headers(headers);
  const hasInteraction = sent.get('cookie')?.includes('_interaction=') ?? false;
  const mayManage = sent.get('authorization') === `Bearer ${M2M.token}`;
  switch (`${method} ${url.pathname}`) {
    case 'GET /direct/social/huggingface':
      return new Response('<!doctype html><script></script>');
    case 'PUT /api/experience':
      return hasInteraction
        ? new Response(null, { status: 204 })
        : json({ code: 'session.not_found', error: 'invalid_request' }, 400);
    case 'POST /api/experience/verification/social/huggingface/authorization-uri': {
      if (!hasInteraction) return json({ code: 'session.not_found' }, 400);
      const { state, redirectUri } = JSON.parse(String(body));
      const query = new URLSearchParams({ redirect_uri: redirectUri, state });
      return json({ authorizationUri: `${AUTHORIZATION_URI}&${query}`, verificationId: 'x' });
    }
    case 'POST /oidc/token':
      return sent.get('authorization')?.includes(btoa(`${M2M.id}:${M2M.secret}`))
        ? json({ access_token: M2M.token, expires_in: 3600, token_type: 'Bearer', scope: 'all' })
        : pass();
    case 'GET /api/applications/test-app':
      return mayManage ? json(APPLICATION) : json({ code: 'auth.unauthorized' }, 401);
    case 'GET /api/connectors':
      return mayManage ? json([CONNECTOR]) : json({ code: 'auth.unauthorized' }, 401);
    case 'GET /api/resources':
      return mayManage ? json(RESOURCES) : json({ code: 'auth.unauthorized' }, 401);
    case 'GET /api/hooks':
      return mayManage ? json([]) : json({ code: 'auth.unauthorized' }, 401);
    case 'GET /api/.well-known/account-center':
      return json({ tenantId: 'default', id: 'default', enabled: true, fields: { name: 'Edit' } });
    default:
      return pass();
  }
}

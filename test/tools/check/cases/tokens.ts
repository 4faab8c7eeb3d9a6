import { all, type Case, changing, EXPERIENCE } from '../between.ts';
import { json } from '../real-logto.ts';
import type { Between } from '../set-up.ts';

const CONNECTOR = {
  id: 'huggingface',
  connectorId: 'oauth2',
  target: 'huggingface',
  enableTokenStorage: true,
  config: {
    scope: 'openid profile inference-api',
    tokenEndpointResponseType: 'json',
    profileMap: { id: 'sub' },
  },
};
const TOKENS = { HF_ACCESS_TOKENS: 'true' };

/** Logto's sign-in page tells everybody that the connector is of the kind that can. */
export const canKeep = changing(EXPERIENCE, (body) => ({
  ...body,
  socialConnectors: [{ id: 'huggingface', target: 'huggingface', isTokenStorageSupported: true }],
}));

const connector = (change: object): Between =>
  all(canKeep, async (url, _init, pass) =>
    url.pathname === '/api/connectors/huggingface' ? json({ ...CONNECTOR, ...change }) : pass(),
  );
const config = (change: object): Between =>
  connector({ config: { ...CONNECTOR.config, ...change } });

/** All in order, as the Management API shows it. */
export const keeping = connector({});

export const TOKEN_CASES: Case[] = [
  {
    is: 'F43 a connector that can’t keep tokens',
    environment: TOKENS,
    says: ['Hugging Face tokens', 'error', /can’t keep tokens/, /logto:setup replaces it/],
  },
  {
    is: 'F43 token storage that is off',
    environment: TOKENS,
    between: connector({ enableTokenStorage: false }),
    says: ['Hugging Face tokens', 'error', /its token storage is off/, /logto:setup/],
  },
  {
    is: 'F43 a user ID that is not taken from sub',
    environment: TOKENS,
    between: config({ profileMap: { id: 'id' } }),
    says: ['Hugging Face tokens', 'error', /from “id” instead of “sub”: everybody ends/, /setup/],
  },
  {
    is: 'F43 no profile map at all, where Logto’s default is id',
    environment: TOKENS,
    between: config({ profileMap: undefined }),
    says: ['Hugging Face tokens', 'error', /from “id” instead of “sub”/, /logto:setup/],
  },
  {
    is: 'F43 a token answer that is not json, which is not Logto’s default',
    environment: TOKENS,
    between: config({ tokenEndpointResponseType: undefined }),
    says: ['Hugging Face tokens', 'error', /query-string instead of json: everybody/, /setup/],
  },
  {
    is: 'F43 a connector without the scope openid',
    environment: TOKENS,
    between: config({ scope: 'profile' }),
    says: ['Hugging Face tokens', 'error', /no openid/, /logto:setup/],
  },
  {
    is: 'F43 an account centre that is off, without a link to it',
    environment: TOKENS,
    between: all(
      keeping,
      changing('/api/.well-known/account-center', (body) => ({ ...body, enabled: false })),
    ),
    says: ['Account centre', 'error', /hands out tokens for Hugging Face$/, /Account center/],
  },
  {
    is: 'F43 an app that does not ask for the scope identities',
    environment: TOKENS,
    between: all(keeping, async (url, _init, pass) => {
      const response = await pass();
      if (url.pathname !== '/sign-in') return response;
      const headers = new Headers(response.headers);
      headers.set('location', (headers.get('location') ?? '').replace(/identities\+?/, ''));
      return new Response(null, { status: response.status, headers });
    }),
    says: ['Sign-in of the app', 'error', /scope identities, so nobody/, /Restart the app/],
  },
];

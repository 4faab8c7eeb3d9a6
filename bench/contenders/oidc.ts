import * as oidc from 'openid-client';
import { APP_ID, APP_SECRET, BASE_URL, ISSUER, SCOPE } from './settings.ts';

/**
 * openid-client relies on TLS for ID tokens that come straight from the token endpoint, as OpenID
 * Connect allows (Core 3.1.3.7, point 6). BENCH_VERIFY=signature has it verify the signature too.
 */
export const config = await oidc.discovery(
  new URL(ISSUER),
  APP_ID,
  { client_secret: APP_SECRET, id_token_signed_response_alg: 'ES384' },
  oidc.ClientSecretBasic(APP_SECRET),
  { execute: [oidc.allowInsecureRequests] },
);
if (process.env.BENCH_VERIFY === 'signature') oidc.enableNonRepudiationChecks(config);

/** What a sign-in keeps until the callback. */
export interface Pending {
  verifier: string;
  state: string;
}

/** What a session holds: the claims of the ID token, and the tokens. */
export interface SignedIn {
  claims: oidc.IDToken;
  tokens: Record<string, string | undefined>;
}

/** As in openid-client's own example: PKCE and state. */
export async function startSignIn(): Promise<{ url: string; pending: Pending }> {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${BASE_URL}/callback`,
    scope: SCOPE,
    prompt: 'consent',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  return { url: url.href, pending: { verifier, state } };
}

/** @throws when the answer does not belong to this sign-in. */
export async function finishSignIn(path: string, { verifier, state }: Pending): Promise<SignedIn> {
  const answer = await oidc.authorizationCodeGrant(config, new URL(path, BASE_URL), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    idTokenExpected: true,
  });
  const claims = answer.claims();
  if (!claims) throw new Error('The answer has no ID token');
  const { id_token, access_token, refresh_token } = answer;
  return { claims, tokens: { id_token, access_token, refresh_token } };
}

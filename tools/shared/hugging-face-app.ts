import { z } from 'zod';

export const HUGGING_FACE = 'https://huggingface.co';
const TIMEOUT_MS = 5000;

/** `unknown`: Hugging Face did not answer, or not in a way that tells. */
export type Verdict = 'right' | 'wrong' | 'unknown';

interface OAuthApp {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

const oauthError = z.object({ error: z.string() });

/**
 * Whether Hugging Face takes these credentials, by a made-up code that nothing can come of. Its
 * documentation (https://huggingface.co/docs/hub/oauth) names the endpoint and client_secret_basic,
 * but no errors: RFC 6749 section 5.2 has `invalid_client` for wrong credentials and `invalid_grant`
 * for right ones with a wrong code. Any other answer tells nothing.
 *
 * @param origin of Hugging Face, or of a stand-in
 */
export async function tryCredentials(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  { clientId, clientSecret, redirectUri }: OAuthApp,
  origin: string,
): Promise<Verdict> {
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
  try {
    const response = await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'doorstep-check',
        redirect_uri: redirectUri,
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { error } = oauthError.parse(await response.json());
    if (error === 'invalid_client') return 'wrong';
    return error === 'invalid_grant' ? 'right' : 'unknown';
  } catch {
    return 'unknown';
  }
}

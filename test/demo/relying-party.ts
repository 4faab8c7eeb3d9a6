import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type StandIns, startStandIns } from '../harness/stand-ins.ts';
import { authorizeAt, type SignInChoice } from './authorize-at.ts';
import { type Browser, createBrowser } from './browser.ts';

/** Nobody has to listen there: the tests of the stand-ins stop before the callback. */
export const appUrl = 'http://localhost:3000';

/** What these tests start the stand-ins with: `startStandIns(appUrl, PLAIN)`. */
export const PLAIN = {
  // Of Hugging Face's own connector, with characters that Basic authentication has to encode.
  connector: { clientId: 'logto-at-hf', clientSecret: 'hf secret: with%odd+signs' },
  client: {
    id: 'doorstep',
    secret: 'doorstep-secret',
    redirectUris: [`${appUrl}/callback`],
    postLogoutRedirectUris: [`${appUrl}/`],
  },
  resources: [],
};

/** The stand-ins, and who talks to them. */
export async function startAll() {
  const standIns = await startStandIns(appUrl, PLAIN);
  return { standIns, app: createRelyingParty(standIns), browser: createBrowser() };
}

export interface AuthorizationRequest {
  url: string;
  state: string;
  verifier: string;
}

const tokenResponse = z.looseObject({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string().default(''),
  scope: z.string(),
});
export type Tokens = z.infer<typeof tokenResponse>;

/** An answer with its JSON, or text where it is none. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The plainest OpenID Connect client there is, to try Logto with. */
export function createRelyingParty({ logto, client }: Pick<StandIns, 'logto' | 'client'>) {
  const redirectUri = client.redirectUris[0] ?? '';
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;

  const authorizationRequest = (
    params: Record<string, string | string[] | undefined> = {},
  ): AuthorizationRequest => {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(16).toString('base64url');
    const url = new URL(`${logto.issuer}/auth`);
    const all = {
      client_id: client.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid offline_access profile email',
      prompt: 'consent',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...params,
    };
    for (const [name, values] of Object.entries(all)) {
      for (const value of [values ?? []].flat()) url.searchParams.append(name, value);
    }
    return { url: url.href, state, verifier };
  };

  const token = (
    form: Record<string, string>,
    headers: Record<string, string> = { authorization },
  ) => call(`${logto.issuer}/token`, form, headers);

  const exchange = (code: string, verifier: string) =>
    token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });

  return {
    authorizationRequest,
    token,
    exchange,
    refresh: (refreshToken: string, params: Record<string, string> = {}) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...params }),
    userinfo: (accessToken: string) =>
      call(`${logto.issuer}/me`, null, { authorization: `Bearer ${accessToken}` }),
    revoke: (refreshToken: string) =>
      call(`${logto.issuer}/token/revocation`, { token: refreshToken }, { authorization }),
    /** The whole way: authorization request, pages, callback, tokens. */
    signIn: async (
      browser: Browser,
      params: Record<string, string | string[] | undefined> = {},
      choice: SignInChoice = { as: 'ada-l', via: 'huggingface' },
    ): Promise<{ callback: URL; verifier: string; tokens: Tokens; response: Answer }> => {
      const request = authorizationRequest(params);
      const callback = new URL(await authorizeAt(browser, request.url, choice));
      const code = callback.searchParams.get('code') ?? '';
      const response = await exchange(code, request.verifier);
      const tokens = tokenResponse.parse(response.body);
      return { callback, verifier: request.verifier, tokens, response };
    },
  };
}
export type RelyingParty = ReturnType<typeof createRelyingParty>;

export async function call(
  url: string,
  form: Record<string, string> | null = null,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    headers,
    ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
  });
  const text = await response.text();
  const json = z.record(z.string(), z.unknown()).safeParse(parseOrNull(text));
  const body = json.success ? json.data : { text };
  return { status: response.status, headers: response.headers, body };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

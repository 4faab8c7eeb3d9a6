import { z } from 'zod';
import type { HuggingFaceUserInfo } from '../hugging-face/index.ts';

export interface ConnectorSettings {
  /** Where browsers reach Hugging Face, without a slash at the end. */
  url: string;
  /** Where Logto itself reaches it; `url` unless given. */
  localUrl?: string;
  clientId: string;
  clientSecret: string;
  /** Of the OAuth2 connector, which keeps people's tokens; without it, it is Hugging Face's own. */
  scope?: string;
}

/** Hugging Face would not say who this is. */
export class ConnectorError extends Error {
  override name = 'ConnectorError';
}

const timeoutMs = 5000;

const tokenResponse = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
  scope: z.string().optional(),
});
export type TokenSet = z.infer<typeof tokenResponse>;
const userInfo: z.ZodType<HuggingFaceUserInfo> = z.looseObject({ sub: z.string() });

/** Logto's side of the sign-in at Hugging Face: the authorization code flow, over real HTTP. */
export function createConnector(settings: ConnectorSettings, callbackUrl: string) {
  const { scope = 'openid profile email' } = settings;

  const call = async <T>(path: string, schema: z.ZodType<T>, init: RequestInit): Promise<T> => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch((settings.localUrl ?? settings.url) + path, { ...init, signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return schema.parse(await response.json());
    } catch (cause) {
      throw new ConnectorError(`Hugging Face failed at ${path}`, { cause });
    }
  };

  const askForTokens = (form: Record<string, string>): Promise<TokenSet> =>
    call('/oauth/token', tokenResponse, {
      method: 'POST',
      headers: { authorization: basic(settings.clientId, settings.clientSecret) },
      body: new URLSearchParams(form),
    });

  return {
    authorizationUrl: (state: string): string => {
      const url = new URL(`${settings.url}/oauth/authorize`);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: settings.clientId,
        scope,
        redirect_uri: callbackUrl,
        state,
      }).toString();
      return url.href;
    },
    /** @throws ConnectorError when Hugging Face is unreachable or refuses. */
    identify: async (code: string): Promise<{ info: HuggingFaceUserInfo; tokens: TokenSet }> => {
      const grant = { grant_type: 'authorization_code', code, redirect_uri: callbackUrl };
      const tokens = await askForTokens(grant);
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      return { info: await call('/oauth/userinfo', userInfo, { headers }), tokens };
    },
    /** @throws ConnectorError as above. */
    refresh: (refreshToken: string): Promise<TokenSet> =>
      askForTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  };
}

function basic(id: string, secret: string): string {
  const credentials = [id, secret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

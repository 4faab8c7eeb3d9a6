import { z } from 'zod';
import type { HuggingFaceUserInfo } from '../hugging-face/index.ts';

export interface ConnectorSettings {
  /** Hugging Face's origin. */
  url: string;
  clientId: string;
  clientSecret: string;
}

/** Hugging Face would not say who this is. */
export class ConnectorError extends Error {
  override name = 'ConnectorError';
}

const scope = 'openid profile email';
const patience = 5000;

const tokenResponse = z.object({ access_token: z.string() });
const userInfo: z.ZodType<HuggingFaceUserInfo> = z.looseObject({ sub: z.string() });

/** Logto's side of the sign-in at Hugging Face: the authorization code flow, over real HTTP. */
export function createConnector(settings: ConnectorSettings, callbackUrl: string) {
  const call = async <T>(path: string, schema: z.ZodType<T>, init: RequestInit): Promise<T> => {
    try {
      const signal = AbortSignal.timeout(patience);
      const response = await fetch(settings.url + path, { ...init, signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return schema.parse(await response.json());
    } catch (cause) {
      throw new ConnectorError(`Hugging Face failed at ${path}`, { cause });
    }
  };

  return {
    authorizationUrl: (state: string): string => {
      const url = new URL('/oauth/authorize', settings.url);
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id: settings.clientId,
        scope,
        redirect_uri: callbackUrl,
        state,
      }).toString();
      return url.href;
    },
    /** @throws ConnectorError when Hugging Face is out of reach or refuses. */
    identify: async (code: string): Promise<HuggingFaceUserInfo> => {
      const token = await call('/oauth/token', tokenResponse, {
        method: 'POST',
        headers: { authorization: basic(settings.clientId, settings.clientSecret) },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: callbackUrl,
        }),
      });
      return call('/oauth/userinfo', userInfo, {
        headers: { authorization: `Bearer ${token.access_token}` },
      });
    },
  };
}

function basic(id: string, secret: string): string {
  const credentials = [id, secret].map(encodeURIComponent).join(':');
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

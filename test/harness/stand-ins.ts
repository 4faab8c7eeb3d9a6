import { apiScopes } from '../../demo/accounts.ts';
import type { LogtoClient } from '../../demo/logto/provider.ts';
import { type Pair, type PairOptions, startPair } from '../../demo/pair.ts';
import { freePort } from './free-port.ts';

export const CLIENT = { id: 'test-app', secret: 'test-app-secret' };
/** As Logto makes them: 32 characters. */
export const WEBHOOK_KEY = 'Zt4mWq9xKc2vRb7nLs5hYp8dGf3jTe6u';
/** Known to Logto; an app has it only where its environment says so. */
export const API = 'https://books.example/api';
/** Long and varied enough to be taken, and known to the tests that look for it in logs. */
export const SESSION_SECRET = 'T3sts-only:f0r-cookies+and/sealing=kE9xQz7wLmVb';

export interface StandIns extends Pair {
  client: LogtoClient;
  /** What an app at that address needs, but for a Redis. */
  environment: Record<string, string>;
}

/** Logto and Hugging Face for an app at `url`. */
export async function startStandIns(
  url: string,
  options: Partial<PairOptions> = {},
): Promise<StandIns> {
  const client = options.client ?? {
    ...CLIENT,
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
    backchannelLogoutSessionRequired: true,
  };
  const pair = await startPair({
    ports: { logto: await freePort(), huggingFace: await freePort() },
    appName: 'Doorstep',
    appUrl: url,
    resources: [{ indicator: API, scopes: apiScopes }],
    ...options,
    client,
  });
  const { logto, huggingFace } = pair;
  return {
    ...pair,
    client,
    environment: {
      BASE_URL: url,
      SESSION_SECRET,
      LOGTO_ENDPOINT: logto.endpoint,
      LOGTO_APP_ID: client.id,
      LOGTO_APP_SECRET: client.secret,
      HF_ENDPOINT: huggingFace.url,
      HF_INFERENCE_ENDPOINT: huggingFace.url,
    },
  };
}

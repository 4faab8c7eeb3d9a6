import { apiScopes } from '../../demo/accounts.ts';
import { type HuggingFaceStandIn, startHuggingFace } from '../../demo/hugging-face/index.ts';
import { type LogtoOptions, type LogtoStandIn, startLogto } from '../../demo/logto/index.ts';
import { freePort } from './free-port.ts';

export const CLIENT = { id: 'test-app', secret: 'test-app-secret' };
const CONNECTOR = { id: 'test-connector', secret: 'test-connector-secret' };
/** As Logto makes them: 32 characters. */
export const WEBHOOK_KEY = 'Zt4mWq9xKc2vRb7nLs5hYp8dGf3jTe6u';
/** Known to Logto; an app has it only where its environment says so. */
export const API = 'https://books.example/api';
/** Long and varied enough to be taken, and known to the tests that look for it in logs. */
export const SESSION_SECRET = 'T3sts-only:f0r-cookies+and/sealing=kE9xQz7wLmVb';

export interface StandIns {
  logto: LogtoStandIn;
  huggingFace: HuggingFaceStandIn;
  /** What an app at that address needs, but for a Redis. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** Logto and Hugging Face for an app at `url`. */
export async function startStandIns(
  url: string,
  options: Partial<LogtoOptions> = {},
): Promise<StandIns> {
  const huggingFace = await startHuggingFace({
    port: await freePort(),
    appName: 'Doorstep',
    clients: [],
  });
  const logto = await startLogto({
    port: await freePort(),
    appName: 'Doorstep',
    appUrl: url,
    huggingFace: {
      url: huggingFace.url,
      clientId: CONNECTOR.id,
      clientSecret: CONNECTOR.secret,
      scope: 'openid profile email inference-api',
    },
    client: {
      ...CLIENT,
      redirectUris: [`${url}/callback`],
      postLogoutRedirectUris: [`${url}/`],
      backchannelLogoutUri: `${url}/backchannel-logout`,
      backchannelLogoutSessionRequired: true,
    },
    resources: [{ indicator: API, scopes: apiScopes }],
    ...options,
  });
  huggingFace.registerClient({
    ...CONNECTOR,
    redirectUris: [`${logto.endpoint}/callback/huggingface`],
  });
  return {
    logto,
    huggingFace,
    environment: {
      BASE_URL: url,
      SESSION_SECRET,
      LOGTO_ENDPOINT: logto.endpoint,
      LOGTO_APP_ID: CLIENT.id,
      LOGTO_APP_SECRET: CLIENT.secret,
      HF_ENDPOINT: huggingFace.url,
      HF_INFERENCE_ENDPOINT: huggingFace.url,
    },
    close: async () => {
      await Promise.all([logto.close(), huggingFace.close()]);
    },
  };
}

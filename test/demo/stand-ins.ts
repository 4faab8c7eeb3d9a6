import { type HuggingFaceStandIn, startHuggingFace } from '../../demo/hugging-face/index.ts';
import { type LogtoOptions, type LogtoStandIn, startLogto } from '../../demo/logto/index.ts';
import { freePort } from '../harness/free-port.ts';

export interface StandIns {
  logto: LogtoStandIn;
  huggingFace: HuggingFaceStandIn;
  client: LogtoOptions['client'];
  close(): Promise<void>;
}

/** Nobody has to listen there: the tests of the stand-ins stop before the callback. */
export const appUrl = 'http://localhost:3000';

/** Both stand-ins on free ports, introduced to each other. */
export async function startStandIns(
  options: {
    client?: Partial<LogtoOptions['client']>;
    resources?: NonNullable<LogtoOptions['resources']>;
  } = {},
): Promise<StandIns> {
  const connector = { clientId: 'logto-at-hf', clientSecret: 'hf secret: with%odd+signs' };
  const client = {
    id: 'doorstep',
    secret: 'doorstep-secret',
    redirectUris: [`${appUrl}/callback`],
    postLogoutRedirectUris: [`${appUrl}/`],
    ...options.client,
  };
  const huggingFace = await startHuggingFace({
    port: await freePort(),
    appName: 'Doorstep',
    clients: [],
  });
  const logto = await startLogto({
    port: await freePort(),
    appName: 'Doorstep',
    appUrl,
    huggingFace: { url: huggingFace.url, ...connector },
    client,
    resources: options.resources ?? [],
  });
  huggingFace.registerClient({
    id: connector.clientId,
    secret: connector.clientSecret,
    redirectUris: [`${logto.endpoint}/callback/huggingface`],
  });
  return {
    logto,
    huggingFace,
    client,
    close: async () => {
      await Promise.all([logto.close(), huggingFace.close()]);
    },
  };
}

import type { LogtoOptions } from '../../demo/logto/index.ts';
import { type Pair, startPair } from '../../demo/pair.ts';
import { freePort } from '../harness/free-port.ts';

export interface StandIns extends Pair {
  client: LogtoOptions['client'];
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
  const pair = await startPair({
    ports: { logto: await freePort(), huggingFace: await freePort() },
    connector,
    appName: 'Doorstep',
    appUrl,
    client,
    resources: options.resources ?? [],
  });
  return { ...pair, client };
}

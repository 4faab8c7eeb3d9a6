import type { InventedAccount } from './accounts.ts';
import { type HuggingFaceStandIn, startHuggingFace } from './hugging-face/index.ts';
import type { Shared } from './hugging-face/mount.ts';
import type { ConnectorSettings } from './logto/connector.ts';
import { type LogtoOptions, type LogtoStandIn, startLogto } from './logto/index.ts';

export interface PairOptions extends Omit<LogtoOptions, 'port' | 'huggingFace' | 'shared'> {
  ports?: { logto?: number; huggingFace?: number };
  accounts?: InventedAccount[];
  /** Logto's application at Hugging Face. */
  connector?: Omit<ConnectorSettings, 'url' | 'localUrl'>;
  /** Under paths of another server, which hands requests to their `handle`. */
  shared?: { logto: Shared; huggingFace: Shared };
}

/** Of the OAuth2 connector, which keeps people's tokens for Hugging Face. */
const CONNECTOR = {
  clientId: 'stand-in-connector',
  clientSecret: 'stand-in-connector-secret',
  scope: 'openid profile email inference-api',
};

export interface Pair {
  logto: LogtoStandIn;
  huggingFace: HuggingFaceStandIn;
  close(): Promise<void>;
}

/**
 * Starts both stand-ins, with Hugging Face as Logto's connector, on any free ports unless given.
 *
 * @throws Node's EADDRINUSE when a port is taken; nothing listens then.
 */
export async function startPair({
  ports = {},
  connector = CONNECTOR,
  shared,
  ...options
}: PairOptions): Promise<Pair> {
  const huggingFace = await startHuggingFace({
    ...options,
    ...(shared && { shared: shared.huggingFace }),
    port: ports.huggingFace ?? 0,
    clients: [],
  });
  const logto = await startLogto({
    ...options,
    ...(shared && { shared: shared.logto }),
    port: ports.logto ?? 0,
    huggingFace: { url: huggingFace.url, localUrl: huggingFace.localUrl, ...connector },
  }).catch(async (error) => {
    await huggingFace.close();
    throw error;
  });
  huggingFace.registerClient({
    id: connector.clientId,
    secret: connector.clientSecret,
    redirectUris: [`${logto.endpoint}/callback/huggingface`],
  });
  const close = async () => {
    await Promise.all([logto.close(), huggingFace.close()]);
  };
  return { logto, huggingFace, close };
}

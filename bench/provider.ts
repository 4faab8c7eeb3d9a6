import { startHuggingFace } from '../demo/hugging-face/index.ts';
import { startLogto } from '../demo/logto/index.ts';

/**
 * The local OpenID provider, in a process of its own: the demo's stand-in for Logto, which runs on
 * the engine that Logto itself runs on. Prints its address and Hugging Face's when it is ready.
 */
const { APP_ID = '', APP_SECRET = '', REDIRECT_URIS = '' } = process.env;
const CONNECTOR = { id: 'bench-connector', secret: 'bench-connector-secret' };

const huggingFace = await startHuggingFace({ port: 0, appName: 'Doorstep', clients: [] });
const logto = await startLogto({
  port: 0,
  appName: 'Doorstep',
  appUrl: 'http://localhost',
  huggingFace: { url: huggingFace.url, clientId: CONNECTOR.id, clientSecret: CONNECTOR.secret },
  client: {
    id: APP_ID,
    secret: APP_SECRET,
    redirectUris: REDIRECT_URIS.split(' '),
    postLogoutRedirectUris: [],
  },
});
huggingFace.registerClient({
  ...CONNECTOR,
  redirectUris: [`${logto.endpoint}/callback/huggingface`],
});
process.stdout.write(`${logto.endpoint} ${huggingFace.url}\n`);

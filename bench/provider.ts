import { startPair } from '../demo/pair.ts';

/**
 * The local OpenID provider, in a process of its own: the demo's stand-in for Logto, which runs on
 * the engine that Logto itself runs on. Prints its address and Hugging Face's when it is ready.
 */
const { APP_ID = '', APP_SECRET = '', REDIRECT_URIS = '' } = process.env;

const { logto, huggingFace } = await startPair({
  appName: 'Doorstep',
  appUrl: 'http://localhost',
  connector: { clientId: 'bench-connector', clientSecret: 'bench-connector-secret' },
  client: {
    id: APP_ID,
    secret: APP_SECRET,
    redirectUris: REDIRECT_URIS.split(' '),
    postLogoutRedirectUris: [],
  },
});
process.stdout.write(`${logto.endpoint} ${huggingFace.url}\n`);

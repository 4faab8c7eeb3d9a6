import { createApp } from '../src/app.ts';
import { drain, serve } from '../src/server.ts';
import { type Config, parseConfig } from '../src/site/config.ts';
import { apiScopes } from './accounts.ts';
import { banner } from './banner.ts';
import { startHuggingFace } from './hugging-face/index.ts';
import { startLogto } from './logto/index.ts';
import { portFrom, portTaken } from './ports.ts';
import { prettyLogger } from './pretty-logger.ts';
import { redisOrEmbedded } from './redis-or-embedded.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const APP = { id: 'doorstep-demo-app', secret: 'demo-only-app-secret' };
const CONNECTOR = { id: 'doorstep-demo-connector', secret: 'demo-only-connector-secret' };

/** `npm run demo`: the app, with Logto and Hugging Face as stand-ins on this machine. */
async function main(): Promise<void> {
  const port = portFrom('PORT', 3000);
  const appUrl = process.env.BASE_URL || `http://localhost:${port}`;
  const appName = process.env.APP_NAME || 'Doorstep';
  const apiResource = process.env.API_RESOURCE || `${appUrl}/api`;

  const huggingFacePort = portFrom('DEMO_HUGGING_FACE_PORT', 3003);
  const huggingFace = await startHuggingFace({ port: huggingFacePort, appName, clients: [] }).catch(
    portTaken('DEMO_HUGGING_FACE_PORT', huggingFacePort),
  );
  const logtoPort = portFrom('DEMO_LOGTO_PORT', 3001);
  const logto = await startLogto({
    port: logtoPort,
    appName,
    appUrl,
    huggingFace: { url: huggingFace.url, clientId: CONNECTOR.id, clientSecret: CONNECTOR.secret },
    client: {
      ...APP,
      redirectUris: [`${appUrl}/callback`],
      postLogoutRedirectUris: [`${appUrl}/`],
    },
    resources: [{ indicator: apiResource, scopes: apiScopes }],
  }).catch(portTaken('DEMO_LOGTO_PORT', logtoPort));
  huggingFace.registerClient({
    ...CONNECTOR,
    redirectUris: [`${logto.endpoint}/callback/huggingface`],
  });

  const config: Config = {
    ...parseConfig({
      ...process.env,
      NODE_ENV: 'development',
      LOGTO_ENDPOINT: logto.endpoint,
      LOGTO_APP_ID: APP.id,
      LOGTO_APP_SECRET: APP.secret,
      LOGTO_ORGANIZATIONS: process.env.LOGTO_ORGANIZATIONS || 'true',
      API_RESOURCE: apiResource,
    }),
    demo: true,
  };
  const logger = prettyLogger(config.logLevel);
  const redis = redisOrEmbedded(config.redis, logger);
  const app = createApp({ config, redis: redis.client, logger, fetch, now: Date.now });
  const server = await serve(app, config).catch(portTaken('PORT', port));
  stopOnSignal(() =>
    Promise.all([drain(server), logto.close(), huggingFace.close(), redis.close()]),
  );

  process.stdout.write(
    banner({
      url: config.baseUrl,
      logto: logto.endpoint,
      huggingFace: huggingFace.url,
      redis: redis.name,
    }),
  );
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

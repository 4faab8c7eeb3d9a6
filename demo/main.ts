import { createApp } from '../src/app.ts';
import { DEFAULT_PATHS, WEBHOOK_EVENTS } from '../src/doorstep/operator.ts';
import { serve } from '../src/server.ts';
import { type Config, parseConfig } from '../src/site/config.ts';
import { plainAnswerHeaders } from '../src/site/security-headers.ts';
import { apiScopes } from './accounts.ts';
import { banner, onePortBanner } from './banner.ts';
import { onePortConfig, startOnePort } from './one-port/index.ts';
import { isCodespace } from './one-port/public-address.ts';
import { startPair } from './pair.ts';
import { portFrom, portTaken } from './ports.ts';
import { prettyLogger } from './pretty-logger.ts';
import { redisOrEmbedded } from './redis-or-embedded.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const APP = { id: 'doorstep-demo-app', secret: 'demo-only-app-secret' };
/** As Logto makes them: 32 characters. */
const WEBHOOK_KEY = 'demo-only-webhook-signing-key-32';

/** `npm run demo`: the app, with Logto and Hugging Face as stand-ins on this machine. */
async function main(): Promise<void> {
  const huggingFacePort = portFrom('DEMO_HUGGING_FACE_PORT', 3003);
  const logtoPort = portFrom('DEMO_LOGTO_PORT', 3001);
  const config = demoConfig(`http://localhost:${logtoPort}`, `http://localhost:${huggingFacePort}`);
  const { appName, baseUrl } = config;

  const { logto, huggingFace, close } = await startPair({
    ports: { logto: logtoPort, huggingFace: huggingFacePort },
    appName,
    appUrl: baseUrl,
    client: {
      ...APP,
      redirectUris: [`${baseUrl}/callback`],
      postLogoutRedirectUris: [`${baseUrl}/`],
    },
    resources: [{ indicator: config.logto.apiResource, scopes: apiScopes }],
    webhook: {
      url: baseUrl + DEFAULT_PATHS.webhook,
      signingKey: WEBHOOK_KEY,
      events: WEBHOOK_EVENTS,
    },
  }).catch(portTaken({ DEMO_LOGTO_PORT: logtoPort, DEMO_HUGGING_FACE_PORT: huggingFacePort }));
  // As logto:setup leaves it: without it, a Logto hands out no tokens for Hugging Face.
  logto.changeAccountCenter({ enabled: true });

  const logger = prettyLogger(config.logLevel);
  for (const warning of config.warnings) logger.warn(warning);
  const redis = redisOrEmbedded(config.redis, logger);
  const app = createApp({ config, redis: redis.client, logger, fetch, now: Date.now });
  const headers = plainAnswerHeaders(config);
  await redis.ready;
  const { drain } = await serve(app, { ...config, logger, headers }).catch(
    portTaken({ PORT: config.port }),
  );
  stopOnSignal(() => Promise.all([drain(), close(), redis.close()]));

  process.stdout.write(
    banner({
      url: config.baseUrl,
      logto: logto.endpoint,
      huggingFace: huggingFace.url,
      redis: redis.name,
      inCodespace: process.env.CODESPACE_NAME !== undefined,
    }),
  );
}

/** The environment's own, with the stand-in for Logto, and with everything on. */
function demoConfig(logtoEndpoint: string, huggingFaceEndpoint: string) {
  const config = parseConfig({
    ...process.env,
    NODE_ENV: 'development',
    LOGTO_ENDPOINT: logtoEndpoint,
    LOGTO_APP_ID: APP.id,
    LOGTO_APP_SECRET: APP.secret,
    LOGTO_WEBHOOK_SIGNING_KEY: WEBHOOK_KEY,
    HF_ACCESS_TOKENS: 'true',
    HF_ENDPOINT: huggingFaceEndpoint,
    HF_INFERENCE_ENDPOINT: huggingFaceEndpoint,
    LOGTO_ORGANIZATIONS: process.env.LOGTO_ORGANIZATIONS || 'true',
  });
  const apiResource = config.logto.apiResource ?? `${config.baseUrl}/api`;
  return { ...config, logto: { ...config.logto, apiResource }, demo: true } satisfies Config;
}

/** `npm run demo -- --one-port`: all of it behind one port, for a place where anybody may come by. */
async function mainOnOnePort(): Promise<void> {
  const config = onePortConfig(process.env);
  const logger = prettyLogger(config.logLevel);
  for (const warning of config.warnings) logger.warn(warning);
  const demo = await startOnePort({ config, logger, inCodespace: isCodespace(process.env) });
  const headers = plainAnswerHeaders(config);
  const { drain } = await serve(demo.handle, { ...config, logger, headers }).catch(
    portTaken({ PORT: config.port }),
  );
  stopOnSignal(() => Promise.all([drain(), demo.close()]));
  process.stdout.write(onePortBanner(config.baseUrl));
}

const run = process.argv.includes('--one-port') ? mainOnOnePort : main;
run().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

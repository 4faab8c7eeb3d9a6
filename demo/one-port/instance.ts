import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { createApp } from '../../src/app.ts';
import type { Config } from '../../src/site/config.ts';
import { apiScopes } from '../accounts.ts';
import { startPair } from '../pair.ts';
import { EmbeddedRedis } from '../redis.ts';
import { loopbackFetch } from './loopback-fetch.ts';
import type { StandInName } from './public-routes.ts';

/**
 * Upper bound for each kind of thing that strangers can create (accounts, codes, open pages); Redis
 * keeps five times as many keys.
 */
const MAX_ENTRIES = 10_000;
const HOUR_S = 60 * 60;

/** The site with its stand-ins and its Redis, all of it in memory. */
export interface Instance {
  site: RequestListener;
  standIns: Record<StandInName, RequestListener>;
  /** Everything of it is gone. */
  close(): Promise<void>;
}

const secret = () => randomBytes(24).toString('base64url');

/**
 * A new one: nobody is known, nobody is signed in. It makes its own secrets, since the demo's source is
 * public, and strangers reach the routes that these guard.
 *
 * @param config with the public address as `baseUrl`
 * @param prefix the path that the stand-ins are under
 */
export async function createInstance(options: {
  config: Config;
  prefix: string;
  logger: Logger;
  maxEntries?: number;
}): Promise<Instance> {
  const { prefix, logger, maxEntries = MAX_ENTRIES } = options;
  const { appName, baseUrl } = options.config;
  const publicUrl = (name: StandInName) => `${baseUrl}${prefix}/${name}`;
  const app = { id: 'doorstep-demo', secret: secret() };
  const apiResource = `${baseUrl}/api`;

  // No webhook: what it tells of, nobody can do here.
  const { logto, huggingFace, close } = await startPair({
    appName,
    appUrl: baseUrl,
    shared: {
      logto: { publicUrl: publicUrl('logto'), maxEntries },
      huggingFace: { publicUrl: publicUrl('hugging-face'), maxEntries },
    },
    connector: {
      clientId: 'logto-demo',
      clientSecret: secret(),
      scope: 'openid profile email inference-api',
    },
    client: {
      ...app,
      redirectUris: [`${baseUrl}/callback`],
      postLogoutRedirectUris: [`${baseUrl}/`],
    },
    resources: [{ indicator: apiResource, scopes: apiScopes }],
    lifetimes: { refreshToken: HOUR_S, session: HOUR_S, grant: HOUR_S },
  });
  huggingFace.setTokens({ lifetime: HOUR_S });
  logto.changeAccountCenter({ enabled: true });

  const site = createApp({
    config: {
      ...options.config,
      session: { ...options.config.session, secrets: [secret() + secret()] },
      logto: {
        ...options.config.logto,
        endpoint: logto.endpoint,
        issuer: logto.issuer,
        appId: app.id,
        appSecret: app.secret,
        apiResource,
      },
      huggingFace: { ...options.config.huggingFace, endpoint: huggingFace.url },
      models: { ...options.config.models, endpoint: huggingFace.url },
    },
    redis: new EmbeddedRedis({ maxEntries: 5 * maxEntries }),
    logger,
    fetch: loopbackFetch([
      { publicUrl: logto.endpoint, localUrl: logto.localUrl },
      { publicUrl: huggingFace.url, localUrl: huggingFace.localUrl },
    ]),
    now: Date.now,
  });
  return {
    site,
    standIns: { logto: logto.handle, 'hugging-face': huggingFace.handle },
    close,
  };
}

import { listenOnLocalhost } from '../../demo/hugging-face/local-server.ts';
import { createApp } from '../../src/app.ts';
import { singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import type { Doorstep, DoorstepOptions } from './doorstep.ts';

/**
 * What another process of the app is, but in this one, so that its clock can be turned: the same
 * secret, Logto and Redis server, with a connection of its own.
 */
export interface Instance {
  /** Its own port. It takes itself for BASE_URL, as behind a proxy: a GET needs that in `host`. */
  url: string;
  host: string;
  close(): Promise<void>;
}

export async function startInstance(
  app: Doorstep,
  options: Pick<DoorstepOptions, 'wrapRedis' | 'createApp'> = {},
): Promise<Instance> {
  if (!app.redisServer) throw new Error('Two instances need a redis-server');
  const logger = createLogger('silent');
  const connection = connectRedis(singleRedis(app.redisServer.url), logger);
  await new Promise((resolve) => connection.once('ready', resolve));
  const redis = options.wrapRedis?.(connection) ?? connection;
  const { config } = app;
  const make = options.createApp ?? createApp;
  const handle = make({ config, redis, logger, fetch, now: () => Date.now() });
  const server = await listenOnLocalhost(handle, 0);
  return {
    url: server.url,
    host: new URL(app.url).host,
    async close() {
      await server.close();
      connection.disconnect();
    },
  };
}

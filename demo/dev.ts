import { createApp } from '../src/app.ts';
import { drain, serve } from '../src/server.ts';
import { parseConfig } from '../src/site/config.ts';
import { portTaken } from './ports.ts';
import { prettyLogger } from './pretty-logger.ts';
import { redisOrEmbedded } from './redis-or-embedded.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** `npm run dev`: the app on the Logto of `.env`, started anew at every change. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const logger = prettyLogger(config.logLevel);
  const redis = redisOrEmbedded(config.redis, logger);
  const app = createApp({ config, redis: redis.client, logger, fetch, now: Date.now });
  const server = await serve(app, config).catch(portTaken('PORT', config.port));
  stopOnSignal(() => Promise.all([drain(server), redis.close()]));
  logger.info(`${config.appName} is open: ${config.baseUrl} (Redis: ${redis.name})`);
  if (config.session.secretIsTemporary) {
    logger.warn(
      'SESSION_SECRET is not set: one was made for this run, and its sessions end with it',
    );
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

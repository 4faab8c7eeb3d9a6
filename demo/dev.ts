import { createApp } from '../src/app.ts';
import { serve } from '../src/server.ts';
import { type Config, parseConfig } from '../src/site/config.ts';
import { loadEnvFile } from '../src/site/env-file.ts';
import { plainAnswerHeaders } from '../src/site/security-headers.ts';
import { keptSecret, SECRET_FILE } from './kept-secret.ts';
import { portTaken } from './ports.ts';
import { prettyLogger } from './pretty-logger.ts';
import { redisOrEmbedded } from './redis-or-embedded.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** tsx watches no file whose name begins with a dot, whatever it is told to include. */
const NOT_WATCHED = '.env is not watched: after a change of it, press Enter here';

/** `npm run dev`: the app on the Logto of `.env`, started anew at every change of a source file. */
async function main(): Promise<void> {
  loadEnvFile(process.env);
  const { config, notes } = lasting(parseConfig(process.env));
  const logger = prettyLogger(config.logLevel);
  for (const note of [...notes, ...config.warnings]) logger.warn(note);
  const redis = redisOrEmbedded(config.redis, logger);
  const app = createApp({ config, redis: redis.client, logger, fetch, now: Date.now });
  const headers = plainAnswerHeaders(config);
  await redis.ready;
  const { drain } = await serve(app, { ...config, logger, headers }).catch(
    portTaken({ PORT: config.port }),
  );
  stopOnSignal(() => Promise.all([drain(), redis.close()]));
  logger.info(`${config.appName} is open: ${config.baseUrl} (Redis: ${redis.name})`);
  logger.info(NOT_WATCHED);
}

/** With a secret that outlives this process, where that keeps people signed in. */
function lasting(config: Config): { config: Config; notes: string[] } {
  if (!config.redis) {
    const note =
      'Each save of a file signs everybody out, since sessions are inside this process: set REDIS_URL to keep them';
    return { config, notes: [note] };
  }
  if (!config.session.secretIsTemporary) return { config, notes: [] };
  const secret = keptSecret();
  if (!secret) {
    const note = `Each save of a file signs everybody out, since ${SECRET_FILE} can't be written: set SESSION_SECRET`;
    return { config, notes: [note] };
  }
  const session = { ...config.session, secrets: [secret], secretIsTemporary: false };
  return {
    config: { ...config, session },
    notes: [`SESSION_SECRET is not set: the one in ${SECRET_FILE} is used`],
  };
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n${NOT_WATCHED}\n`);
  process.exit(1);
});

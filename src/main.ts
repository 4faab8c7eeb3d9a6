import { setTimeout as pause } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import { createApp, type Deps } from './app.ts';
import {
  ConfigError,
  closeRedis,
  connectRedis,
  createLogger,
  sampleLog,
  singleRedis,
  untilReady,
} from './doorstep/index.ts';
import { metricsFor } from './metrics/start.ts';
import { type Listening, serve } from './server.ts';
import { parseConfig } from './site/config.ts';
import { loadEnvFile } from './site/env-file.ts';
import { plainAnswerHeaders } from './site/security-headers.ts';

/** For Redis at the start: whoever is signed in would get a 503 in the first moments. */
const REDIS_TIMEOUT_MS = 2000;

/** The process: configuration (in development from .env too) → Redis → app → listen → drain on SIGTERM. */
async function main(): Promise<void> {
  loadEnvFile(process.env);
  const config = parseConfig(process.env);
  const log = sampleLog(createLogger(config.logLevel));
  let { logger } = log;
  const metrics = await metricsFor(config, logger);
  if (metrics) logger = metrics.counting(logger);
  for (const warning of config.warnings) logger.warn({ event: 'configuration' }, warning);
  const redis = connectRedis(config.redis ?? singleRedis('redis://localhost:6379'), logger);
  const stopping = new AbortController();
  let deps: Deps = { config, redis, logger, fetch, now: Date.now, stopping: stopping.signal };
  if (metrics) deps = metrics.measuring(deps);

  let listening: Promise<Listening> | undefined;
  const delay = config.shutdownDelayMs + 10_000;
  closeWithGrace({ delay, logger: false }, async ({ signal, err }) => {
    stopping.abort();
    // Without a signal it is an error, even when what was thrown is undefined.
    if (!signal) logger.fatal({ event: 'crashed', err: err ?? null }, 'Unhandled error');
    // Load balancers send visitors until they have seen that this process is not ready.
    if (signal && listening) await pause(config.shutdownDelayMs);
    await (await listening)?.drain();
    await metrics?.close();
    await closeRedis(redis);
    log.flush();
    logger.info({ event: 'stopped', signal }, 'Stopped');
    if (!signal) process.exit(1);
  });

  await untilReady(redis, { timeoutMs: REDIS_TIMEOUT_MS, signal: stopping.signal });
  if (stopping.signal.aborted) return;
  listening = serve(createApp(deps), { ...config, logger, headers: plainAnswerHeaders(config) });
  await listening;
  logger.info(
    { event: 'started', url: config.baseUrl, node: process.version },
    'Listening. npm run logto:check (in the image: doorstep check) says what is missing in the set-up',
  );
}

main().catch((error: Error) => {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
});

function reasonOf(error: Error): string {
  if (error instanceof ConfigError) return error.message;
  const portTaken = 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;
  return portTaken
    ? `PORT ${error.port} is taken by another program: stop it, or choose another PORT`
    : `Can't start: ${error.message}`;
}

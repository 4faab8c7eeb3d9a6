import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { RedisCommands } from '../doorstep/index.ts';

/** GET /healthz: the process lives. */
export const healthy: RequestHandler = (_req, res) => {
  res.set('Cache-Control', 'no-store').type('text').send('ok\n');
};

/**
 * GET /readyz: the process can do its work, which needs Redis, and is not about to end. What Redis
 * answers instead of taking a write (NOPERM, OOM, READONLY) is logged once, until it takes one.
 */
export function ready(
  redis: RedisCommands,
  logger: Logger,
  stopping?: AbortSignal,
): RequestHandler {
  let isRefused = false;
  return async (_req, res) => {
    if (stopping?.aborted) {
      res.set('Cache-Control', 'no-store').status(503).type('text').send('stopping\n');
      return;
    }
    // A write, and not a PING: a Redis that is full or a replica answers that one happily.
    const failure = await redis.psetex('readiness', 1000, '1').then(
      () => null,
      (error: Error) => error,
    );
    const cause = refusalOf(failure);
    if (cause && !isRefused)
      logger.error({ event: 'redis.refuses', cause }, 'Redis takes no writes');
    if (!failure && isRefused) logger.info({ event: 'redis.accepts' }, 'Redis takes writes again');
    isRefused = failure ? isRefused || cause !== null : false;
    res
      .set('Cache-Control', 'no-store')
      .status(failure ? 503 : 200)
      .type('text');
    res.send(failure ? 'Redis does not answer, or takes no writes\n' : 'ready\n');
  };
}

/** The first word of Redis's own answer; null when there was none, which is logged elsewhere. */
function refusalOf(failure: Error | null): string | null {
  const { cause } = failure ?? {};
  if (!(cause instanceof Error) || cause.name !== 'ReplyError') return null;
  return cause.message.split(' ', 1)[0] ?? null;
}

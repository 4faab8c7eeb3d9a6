import type { RequestHandler } from 'express';
import type { RedisCommands } from '../doorstep/index.ts';

/** GET /healthz: the process lives. */
export const healthy: RequestHandler = (_req, res) => {
  res.set('Cache-Control', 'no-store').type('text').send('ok\n');
};

/** GET /readyz: the process can do its work, which needs Redis, and is not about to end. */
export const ready =
  (redis: RedisCommands, stopping?: AbortSignal): RequestHandler =>
  async (_req, res) => {
    if (stopping?.aborted) {
      res.set('Cache-Control', 'no-store').status(503).type('text').send('stopping\n');
      return;
    }
    // A write, and not a PING: a Redis that is full or a replica answers that one happily.
    const isReady = await redis.psetex('readiness', 1000, '1').then(
      () => true,
      () => false,
    );
    res
      .set('Cache-Control', 'no-store')
      .status(isReady ? 200 : 503)
      .type('text');
    res.send(isReady ? 'ready\n' : 'Redis does not answer, or takes no writes\n');
  };

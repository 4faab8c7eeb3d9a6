import { Router } from 'express';
import type { SessionRedis } from './session/redis.ts';

/** /healthz: the process lives. /readyz: it can do its work, which needs Redis. */
export function healthRoutes(redis: SessionRedis): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').type('text').send('ok\n');
  });
  router.get('/readyz', async (_req, res) => {
    // A write, and not a PING: a Redis that is full or a replica answers that one happily.
    const ready = await redis.psetex('readiness', 1000, '1').then(
      () => true,
      () => false,
    );
    res
      .set('Cache-Control', 'no-store')
      .status(ready ? 200 : 503)
      .type('text');
    res.send(ready ? 'ready\n' : 'Redis does not answer, or takes no writes\n');
  });
  return router;
}

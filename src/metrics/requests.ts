import type { Request, RequestHandler } from 'express';
import { Histogram, type Registry } from 'prom-client';

/** Seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Others that Node's parser lets through (PROPFIND, M-SEARCH, …) are one. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Where app.ts mounts a whole router: what a route in there calls itself begins after it. */
const MOUNT = /^\/(?:api|assets)(?=[/?]|$)/i;

/** Every request that reaches the app, until it is answered or its client has gone. */
export function measureRequests(registry: Registry): RequestHandler {
  const seconds = new Histogram({
    name: 'doorstep_request_duration_seconds',
    help: 'Requests, from reaching the app until answered.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return (req, res, next) => {
    const begun = performance.now();
    res.once('close', () => {
      const method = METHODS.has(req.method) ? req.method : 'other';
      // Whoever left before the answer has seen no status at all.
      const status = res.writableFinished ? res.statusCode : 'aborted';
      const labels = { method, route: routeOf(req), status };
      seconds.observe(labels, (performance.now() - begun) / 1000);
    });
    next();
  };
}

/** The route as it is written in our source, never the address: what visitors type makes no series. */
function routeOf(req: Request): string {
  const mount = MOUNT.exec(req.originalUrl)?.[0].toLowerCase() ?? '';
  // Its routes hold a version, another one with each release.
  if (mount === '/assets') return mount;
  const path: unknown = req.route?.path;
  return mount + (typeof path === 'string' ? path : '') || 'none';
}

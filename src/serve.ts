import { createServer, type Server } from 'node:http';
import type { Express } from 'express';

/** Longer than the 60 s after which proxies drop idle connections: the proxy must be the first to. */
const KEEP_ALIVE = 75_000;

/**
 * Listens with explicit limits on slow clients.
 *
 * @throws Node's own error when the port is taken (EADDRINUSE).
 */
export function serve(
  app: Express,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE, headersTimeout: 10_000, requestTimeout: 30_000 },
    app,
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/** Stops accepting, lets running requests finish, and closes what is idle. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}

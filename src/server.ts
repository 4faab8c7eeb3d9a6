import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than the 60 s after which proxies drop idle connections: the proxy must be the first to. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** How long a request may come after the end was announced: it was under way already. */
const GRACE_MS = 500;
/** What is not answered by then is cut, so that closing the rest fits into the 10 s of a shutdown. */
const DRAIN_TIMEOUT_MS = 8000;

/** The answers that a server still owes. */
const owed = new WeakMap<Server, Set<ServerResponse>>();

/**
 * Listens with explicit limits on slow clients.
 *
 * @throws Node's own error when the port is taken (EADDRINUSE).
 */
export function serve(
  app: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const running = new Set<ServerResponse>();
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    // By default Node looks only every 30 s whether these two are over.
    connectionsCheckingInterval: 1000,
  });
  function forget(this: ServerResponse) {
    running.delete(this);
  }
  server.on('request', (_req, res) => {
    running.add(res);
    res.on('close', forget);
    if (!server.listening) res.shouldKeepAlive = false;
  });
  server.on('request', app);
  owed.set(server, running);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

/**
 * Stops accepting and answers what was asked, each answer the last on its connection. Idle
 * connections stay open for a moment, since their next request may be on its way.
 */
export async function drain(server: Server): Promise<void> {
  const running = owed.get(server) ?? new Set();
  // Of node:net, since that of node:http would cut idle connections at once.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  for (const res of running) res.shouldKeepAlive = false;
  const end = performance.now() + DRAIN_TIMEOUT_MS;
  await Promise.race([closed, pause(GRACE_MS)]);
  while (running.size > 0 && performance.now() < end) await pause(20);
  server.closeAllConnections();
  await closed;
}

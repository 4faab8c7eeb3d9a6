import { once } from 'node:events';
import { createServer, Server } from 'node:net';

/** localhost is two addresses, and which one is tried first differs from client to client (WSL#10665). */
const LOCALHOST = ['127.0.0.1', '::1'];
/** For port 0: how often a port that was free at the first address may be taken at the second. */
const MAX_ATTEMPTS = 10;

/**
 * Listens at `host`; for localhost at both of its addresses, or at 127.0.0.1 alone on a machine without
 * IPv6. Never at `::`, which other machines reach.
 *
 * @param server gets the connections of every address
 * @param port 0 for any free one, the same at every address
 * @returns everything that listens, `server` first
 * @throws Node's own error when the port is taken at any address (EADDRINUSE); nothing listens then.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<Server[]> {
  const [first = host, second] = host === 'localhost' ? LOCALHOST : [host];
  for (let attempt = 1; ; attempt += 1) {
    await bind(server, first, port);
    if (!second) return [server];
    const other = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      server.emit('connection', socket);
    });
    try {
      await bind(other, second, portOf(server));
      return [server, other];
    } catch (error) {
      if (hasCode(error, 'EADDRNOTAVAIL', 'EAFNOSUPPORT')) return [server];
      await stopListening(server);
      const mayRetry = port === 0 && attempt < MAX_ATTEMPTS && hasCode(error, 'EADDRINUSE');
      if (!mayRetry) throw error;
    }
  }
}

/** Resolves when no connection is left, either: that of node:net doesn't cut idle ones, node:http's would. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    Server.prototype.close.call(server, () => resolve());
  });
}

/** @throws when it does not listen. */
export function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

async function bind(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

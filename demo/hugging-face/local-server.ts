import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

/** With Node's 5 s, whoever asks again at just that moment finds the connection reset. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** A server of this machine only, that a test can switch off and on again. */
export interface LocalServer {
  /** `http://localhost:PORT` */
  url: string;
  /** Connections are refused, open ones cut, until `up`. */
  down(): Promise<void>;
  /** Listens on the same port again. @throws Node's EADDRINUSE when someone took it meanwhile. */
  up(): Promise<void>;
  /** Ends at once, open keep-alive connections included. */
  close(): Promise<void>;
}

/**
 * Listens on both loopback addresses: `localhost` is 127.0.0.1 for one client and ::1 for the next.
 *
 * @param port 0 for any free one
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function listenOnLocalhost(
  handler: RequestListener,
  port: number,
): Promise<LocalServer> {
  let servers = await bindBoth(handler, port);
  const chosen = portOf(servers);

  const down = async () => {
    const closing = servers;
    servers = [];
    await Promise.all(closing.map(stop));
  };
  return {
    url: `http://localhost:${chosen}`,
    down,
    up: async () => {
      if (servers.length === 0) servers = await bindBoth(handler, chosen);
    },
    close: down,
  };
}

async function bindBoth(handler: RequestListener, port: number): Promise<Server[]> {
  const first = await bind(handler, '127.0.0.1', port);
  try {
    return [first, await bind(handler, '::1', portOf([first]))];
  } catch (error) {
    if (hasCode(error, 'EADDRNOTAVAIL', 'EAFNOSUPPORT')) return [first];
    await stop(first);
    // The free port that was picked on 127.0.0.1 may be someone else's on ::1: pick another.
    if (port === 0 && hasCode(error, 'EADDRINUSE')) return bindBoth(handler, port);
    throw error;
  }
}

async function bind(handler: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, handler);
  server.listen({ host, port });
  await once(server, 'listening');
  return server;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function portOf(servers: Server[]): number {
  const address = servers[0]?.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}

import { createServer, type RequestListener } from 'node:http';
import { listen, portOf, stopListening } from '../../src/server/listen.ts';

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
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, handler);
  const host = 'localhost';
  let listeners = await listen(server, { host, port });
  const chosen = portOf(server);

  const down = async () => {
    const closed = Promise.all(listeners.map(stopListening));
    listeners = [];
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://localhost:${chosen}`,
    down,
    up: async () => {
      if (listeners.length === 0) listeners = await listen(server, { host, port: chosen });
    },
    close: down,
  };
}

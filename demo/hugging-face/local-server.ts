import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';
import { listen, portOf, stopListening } from '../../src/server/listen.ts';

/** With Node's 5 s, whoever asks again at just that moment finds the connection reset. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** Listens at both addresses of localhost, and can be switched off and on again. */
export interface Switchable {
  port: number;
  /** Connections are refused, open ones cut, until `up`. */
  down(): Promise<void>;
  /** Listens on the same port again. @throws Node's EADDRINUSE when someone took it meanwhile. */
  up(): Promise<void>;
}

/** An HTTP server of this machine only. */
export interface LocalServer extends Omit<Switchable, 'port'> {
  /** `http://localhost:PORT` */
  url: string;
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
  const { port: chosen, ...lifecycle } = await listenSwitchably(server, port, () =>
    server.closeAllConnections(),
  );
  return { url: `http://localhost:${chosen}`, ...lifecycle, close: lifecycle.down };
}

/**
 * The same for any server.
 *
 * @param cut ends the connections that are open
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function listenSwitchably(
  server: Server,
  port: number,
  cut: () => void,
): Promise<Switchable> {
  const host = 'localhost';
  let listeners = await listen(server, { host, port });
  const chosen = portOf(server);
  return {
    port: chosen,
    down: async () => {
      const closed = Promise.all(listeners.map(stopListening));
      listeners = [];
      cut();
      await closed;
    },
    up: async () => {
      if (listeners.length === 0) listeners = await listen(server, { host, port: chosen });
    },
  };
}

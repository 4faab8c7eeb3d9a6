import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { requestIdOf } from './doorstep/index.ts';
import { AnswersOwed, type OwedLimits } from './server/answers-owed.ts';
import { listen, portOf, stopListening } from './server/listen.ts';
import { Refuser } from './server/refuser.ts';

/** Longer than the 60 s after which proxies drop idle connections: the proxy must be the first to. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** A client that takes nothing of what is sent for so long doesn't read. */
const READ_TIMEOUT_MS = 60_000;
/** How long a request may come after the end was announced: it was under way already. */
const GRACE_MS = 500;
/** What is not answered by then is cut, so that closing the rest fits into the 10 s of a shutdown. */
const DRAIN_TIMEOUT_MS = 8000;

/** At one address. An idle connection takes some 10 kB, and a file descriptor that Redis or Logto may need. */
const MAX_CONNECTIONS = 10_000;

const OWED_LIMITS: OwedLimits = { perConnection: 32, inSum: 4000 };

export interface ServeOptions {
  host: string;
  /** 0 for any free one */
  port: number;
  logger: Logger;
  /** Of the answers that the server gives without the app. */
  headers: OutgoingHttpHeaders;
  limits?: OwedLimits;
  maxConnections?: number;
}

export interface Listening {
  server: Server;
  port: number;
  /**
   * Stops accepting and answers what was asked, each answer the last on its connection. Idle
   * connections stay open for a moment, since their next request may be on its way.
   */
  drain(): Promise<void>;
  /** Ends at once. */
  close(): Promise<void>;
  /** Doesn't keep the process alive. */
  unref(): void;
}

/**
 * Listens, at localhost at both of its addresses, with explicit limits on slow clients and on those that ask
 * without reading. What is refused here never reaches the app; it is one line with the event
 * `request.refused`.
 *
 * @throws Node's own error when the port is taken (EADDRINUSE).
 */
export async function serve(app: RequestListener, options: ServeOptions): Promise<Listening> {
  const { logger, headers, limits = OWED_LIMITS, maxConnections = MAX_CONNECTIONS } = options;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    // By default Node looks only every 30 s whether these two are over.
    connectionsCheckingInterval: 1000,
    // Node's own answer has no body.
    requireHostHeader: false,
  });
  server.timeout = READ_TIMEOUT_MS;
  const owed = new AnswersOwed(limits);
  const refuser = new Refuser({ owed, logger, headers });

  const admit = (req: IncomingMessage, res: ServerResponse): boolean => {
    // After an offer that nobody takes, Node drops what was read along with it: the answer to the next
    // request would be taken for that of a dropped one.
    const isLast = !server.listening || req.headers.upgrade !== undefined;
    if (isLast) res.shouldKeepAlive = false;
    return refuser.admits(req, res);
  };
  server.on('request', (req, res) => {
    if (admit(req, res)) app(req, res);
  });
  server.on('checkContinue', (req, res) => {
    if (!admit(req, res)) return;
    res.writeContinue();
    app(req, res);
  });
  server.on('checkExpectation', (req, res) => {
    if (admit(req, res)) refuser.answer(res, 'expectation', requestIdOf(req));
  });
  server.on('connect', (_req, socket: Socket) => refuser.end(socket, 'connect'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    refuser.parserFailed(error, socket),
  );
  server.on('timeout', (socket) => {
    if (owed.of(socket).size === 0) socket.destroy();
    else if (socket.writableLength > 0) refuser.cut(socket, 'not_read');
  });

  const listeners = await listen(server, options);
  for (const listener of listeners) {
    listener.maxConnections = maxConnections;
    listener.on('drop', () => refuser.log('connections'));
    // Of a connection that could not be accepted: without this, it would end the process.
    listener.on('error', (err) => logger.error({ event: 'accept.failed', err }, 'Not accepted'));
  }
  const stop = () => Promise.all(listeners.map(stopListening));
  return {
    server,
    port: portOf(server),
    async drain() {
      const closed = stop();
      for (const res of owed.all()) res.shouldKeepAlive = false;
      const end = performance.now() + DRAIN_TIMEOUT_MS;
      await Promise.race([closed, pause(GRACE_MS)]);
      while (owed.sum > 0 && performance.now() < end) await pause(20);
      server.closeAllConnections();
      await closed;
    },
    async close() {
      const closed = stop();
      server.closeAllConnections();
      await closed;
    },
    unref() {
      for (const listener of listeners) listener.unref();
    },
  };
}

import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createLogger } from '../../src/doorstep/logger.ts';
import { type Listening, type ServeOptions, serve } from '../../src/server.ts';
import { parseConfig } from '../../src/site/config.ts';
import { plainAnswerHeaders } from '../../src/site/security-headers.ts';
import type { LogLine } from './doorstep.ts';
import { CLIENT } from './stand-ins.ts';

/** The headers of a site on plain http. */
export const HEADERS = plainAnswerHeaders(
  parseConfig({
    LOGTO_ENDPOINT: 'http://localhost:3001',
    LOGTO_APP_ID: CLIENT.id,
    LOGTO_APP_SECRET: CLIENT.secret,
  }),
);

export interface Serving extends Listening {
  logs: LogLine[];
  /** A connection that reads nothing until it is told to. */
  dial(): Socket;
  /** Sends bytes and returns all that comes back until the server ends the connection. */
  exchange(...bytes: string[]): Promise<string>;
}

/** The server with any app, on a free port. */
export async function startServing(
  app: RequestListener,
  options: Partial<ServeOptions> = {},
): Promise<Serving> {
  const logs: LogLine[] = [];
  const logger = createLogger('info', { write: (line) => void logs.push(JSON.parse(line)) });
  const listening = await serve(app, {
    host: '127.0.0.1',
    port: 0,
    logger,
    headers: HEADERS,
    ...options,
  });
  const dial = () => connect(listening.port, '127.0.0.1').on('error', () => {});
  return {
    ...listening,
    logs,
    dial,
    async exchange(...bytes) {
      const socket = dial().setEncoding('latin1');
      for (const part of bytes) socket.write(part, 'latin1');
      return (await socket.toArray()).join('');
    },
  };
}

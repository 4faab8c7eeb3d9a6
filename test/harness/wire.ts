import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export type Header = [name: string, value: string];

/** A request as it goes over the wire: nothing is normalised or added, as fetch would. */
export interface Ask {
  method?: string;
  path: string;
  headers?: Header[];
  body?: string | Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Wire {
  ask(ask: Ask): Promise<Answer>;
  /** Sends bytes as they are and returns everything that comes back until the server hangs up. */
  bytes(bytes: string): Promise<string>;
  close(): void;
}

/** A client for one server, with connections that are kept. Characters stand for bytes (latin1). */
export function openWire(url: string): Wire {
  const { host, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });

  return {
    ask: ({ method = 'GET', path, headers = [], body = '' }) =>
      new Promise((resolve, reject) => {
        const given = new Set(headers.map(([name]) => name.toLowerCase()));
        const usual: Header[] = [['Host', host]];
        if (method !== 'GET') usual.push(['Content-Length', String(Buffer.byteLength(body))]);
        const sent = [...usual.filter(([name]) => !given.has(name.toLowerCase())), ...headers];
        const outgoing = request(
          { host: '127.0.0.1', port, method, path, headers: sent.flat(), agent },
          async (incoming) => {
            const chunks = await incoming.toArray().catch(reject);
            if (!chunks) return;
            const text = Buffer.concat(chunks).toString('latin1');
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    bytes: (bytes) =>
      new Promise((resolve, reject) => {
        let received = '';
        const socket = connect(Number(port), '127.0.0.1');
        socket.setEncoding('latin1').on('data', (text) => {
          received += text;
        });
        socket.on('error', (error) => (received ? resolve(received) : reject(error)));
        socket.on('close', () => resolve(received));
        // Half closed: whoever waits for more of the request sees that nothing comes.
        socket.end(bytes, 'latin1');
      }),
    close: () => agent.destroy(),
  };
}

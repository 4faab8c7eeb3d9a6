import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A proxy in front of several processes, as nginx is: each request goes to the next one. */
export interface RoundRobin {
  port: number;
  /** How many requests each port has answered. */
  answered: Map<number, number>;
  /** GET requests that were given to another process, since the first one broke off. */
  givenOn: number;
  /** From now on these processes are asked. */
  use(ports: number[]): void;
  close(): void;
}

/**
 * No stickiness. A GET whose process ends before it has begun to answer goes to the next one, which
 * is what proxies do by default (nginx: proxy_next_upstream); anything else is a 502.
 */
export async function startRoundRobin(first: number[]): Promise<RoundRobin> {
  let ports = first;
  let turn = 0;
  const agent = new Agent({ keepAlive: true });
  const proxy: RoundRobin = {
    port: 0,
    answered: new Map(),
    givenOn: 0,
    use: (others) => {
      ports = others;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };

  function forward(incoming: IncomingMessage, answer: ServerResponse, failed: number[] = []): void {
    const candidates = ports.filter((port) => !failed.includes(port));
    turn += 1;
    const port = candidates[turn % candidates.length];
    if (port === undefined) return void answer.writeHead(502).end();
    const { method, url: path, headers } = incoming;
    const outgoing = request({ host: 'localhost', port, method, path, headers, agent });
    outgoing.on('response', (response) => {
      proxy.answered.set(port, (proxy.answered.get(port) ?? 0) + 1);
      answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.on('error', () => answer.destroy()).pipe(answer);
    });
    outgoing.on('error', () => {
      if (answer.headersSent) return void answer.destroy();
      if (method !== 'GET') return void answer.writeHead(502).end();
      proxy.givenOn += 1;
      forward(incoming, answer, [...failed, port]);
    });
    if (method === 'GET') outgoing.end();
    else incoming.pipe(outgoing);
  }

  const server = createServer((incoming, answer) => forward(incoming, answer));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The proxy has no port');
  proxy.port = address.port;
  return proxy;
}

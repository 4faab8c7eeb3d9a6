import type { RequestListener, Server } from 'node:http';
import { Registry } from 'prom-client';
import { serve } from '../server.ts';

interface Listener {
  host: string;
  port: number;
  /** No name may be in two of them. */
  registries: Registry[];
}

/** @throws when METRICS_PORT is taken, with what to do. */
export async function listen({ host, port, registries }: Listener): Promise<Server> {
  const server = await serve(answer(registries), { host, port }).catch((error: Error) => {
    if (!('code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(
      `METRICS_PORT ${port} is taken by another program: stop it, or choose another METRICS_PORT`,
    );
  });
  return server.unref();
}

/** GET /metrics in Prometheus' text format, and nothing else. */
function answer(registries: Registry[]): RequestListener {
  return (req, res) => {
    if (req.url?.split('?')[0] !== '/metrics') return void res.writeHead(404).end();
    if (req.method !== 'GET') return void res.writeHead(405, { Allow: 'GET' }).end();
    Promise.all(registries.map((registry) => registry.metrics())).then(
      (texts) => {
        res.writeHead(200, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE });
        res.end(texts.join(''));
      },
      // A rejection that nobody handles would end the process.
      () => res.writeHead(500).end(),
    );
  };
}

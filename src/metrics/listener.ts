import type { OutgoingHttpHeaders, RequestListener } from 'node:http';
import { Registry } from 'prom-client';
import { type Listening, type ServeOptions, serve } from '../server.ts';

interface Listener extends ServeOptions {
  /** No name may be in two of them. */
  registries: Registry[];
}

/** A scrape is some 100 kB of text, and one Prometheus asks for one at a time. */
const LIMITS = { perConnection: 4, inSum: 64 };

/** @throws when METRICS_PORT is taken, with what to do. */
export async function listen({ registries, ...options }: Listener): Promise<Listening> {
  const app = answer(registries, options.headers);
  const listening = await serve(app, { limits: LIMITS, ...options }).catch((error: Error) => {
    if (!('code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(
      `METRICS_PORT ${options.port} is taken by another program: stop it, or choose another METRICS_PORT`,
    );
  });
  listening.unref();
  return listening;
}

/** GET /metrics in Prometheus' text format, and nothing else. */
function answer(registries: Registry[], headers: OutgoingHttpHeaders): RequestListener {
  const all = new Map(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return (req, res) => {
    res.setHeaders(all);
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

import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Deps } from '../app.ts';
import { intercept } from '../doorstep/index.ts';
import type { ServeOptions } from '../server.ts';
import { eventCounter } from './events.ts';
import { listen } from './listener.ts';
import { measureLogto } from './logto.ts';
import { processMetrics } from './process.ts';
import { measureRedis } from './redis.ts';
import { measureRequests } from './requests.ts';

/** What the app is given is wrapped: nothing in it knows that it is measured. */
export interface Metrics {
  /** The same logger, and each event that is told to it is counted: those its level hides, too. */
  counting(logger: Logger): Logger;
  /** The same app, measured. For one app only. */
  measuring(deps: Deps): Deps;
  /** Stops listening, at once. */
  close(): Promise<void>;
}

/**
 * Measures, and answers GET /metrics on a port of its own: who can't reach the port can't ask, no
 * proxy needs a rule, and Prometheus sees each process by itself.
 *
 * @throws when the port is taken; the message says so.
 */
export async function startMetrics(options: ServeOptions): Promise<Metrics> {
  // Not prom-client's global one: a process may hold several apps.
  const registry = new Registry();
  const count = eventCounter(registry);
  const { close } = await listen({ ...options, registries: [registry, processMetrics] });
  return {
    counting: (logger) =>
      intercept(logger, (_level, [line], write) => {
        count(line);
        return write();
      }),
    measuring: (deps) => ({
      ...deps,
      redis: measureRedis(deps.redis, registry),
      fetch: measureLogto(deps.fetch, registry),
      observe: measureRequests(registry),
    }),
    close,
  };
}

import { createApp } from '../../src/app.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { startMetrics } from '../../src/metrics/metrics.ts';
import { type Doorstep, type DoorstepOptions, startDoorstep } from '../harness/doorstep.ts';
import { freePort } from '../harness/free-port.ts';
import { HEADERS } from '../harness/serving.ts';
import { type Exposition, parseExposition } from './exposition.ts';

/** The real app as src/main.ts puts it together with METRICS_PORT, and LOG_LEVEL=silent. */
export interface Measured extends Doorstep {
  /** Where Prometheus asks, without a path. */
  metricsUrl: string;
  scrape(): Promise<string>;
  metrics(): Promise<Exposition>;
  /** What `act` added to a series, or to all series that have these labels. */
  added(
    act: () => Promise<unknown>,
    name: string,
    labels?: Record<string, string>,
  ): Promise<number>;
}

/** As src/main.ts lets Prometheus ask, at this machine only. */
export const metricsAt = (port: number) => ({
  host: '127.0.0.1',
  port,
  logger: createLogger('silent'),
  headers: HEADERS,
});

export async function startMeasured(options: DoorstepOptions = {}): Promise<Measured> {
  const port = await freePort();
  const metricsUrl = `http://127.0.0.1:${port}`;
  const measures = await startMetrics(metricsAt(port));
  const app = await startDoorstep({
    ...options,
    createApp: (deps) =>
      createApp(measures.measuring({ ...deps, logger: measures.counting(createLogger('silent')) })),
  });
  const scrape = async () => (await fetch(`${metricsUrl}/metrics`)).text();
  const metrics = async () => parseExposition(await scrape());
  return {
    ...app,
    metricsUrl,
    scrape,
    metrics,
    async added(act, name, labels) {
      const before = (await metrics()).sum(name, labels);
      await act();
      return (await metrics()).sum(name, labels) - before;
    },
    async close() {
      await measures.close();
      await app.close();
    },
  };
}

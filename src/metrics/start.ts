import type { Config } from '../site/config.ts';
import type { Metrics } from './metrics.ts';

/** Without METRICS_PORT nothing is measured, and prom-client is not even loaded. */
export async function metricsFor({ metricsHost, metricsPort }: Config): Promise<Metrics | null> {
  if (metricsPort === null) return null;
  const { startMetrics } = await import('./metrics.ts');
  return startMetrics(metricsHost, metricsPort);
}

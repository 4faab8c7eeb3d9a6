import type { Logger } from 'pino';
import type { Config } from '../site/config.ts';
import { plainAnswerHeaders } from '../site/security-headers.ts';
import type { Metrics } from './metrics.ts';

/** Without METRICS_PORT nothing is measured, and prom-client is not even loaded. */
export async function metricsFor(config: Config, logger: Logger): Promise<Metrics | null> {
  const { metricsHost: host, metricsPort: port } = config;
  if (port === null) return null;
  const { startMetrics } = await import('./metrics.ts');
  return startMetrics({ host, port, logger, headers: plainAnswerHeaders(config) });
}

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/doorstep/logger.ts';
import { type Metrics, startMetrics } from '../../src/metrics/metrics.ts';
import { freePort } from '../harness/free-port.ts';
import { type Serving, startServing } from '../harness/serving.ts';
import { parseExposition } from './exposition.ts';
import { metricsAt } from './measured.ts';

let metrics: Metrics;
let port: number;
let serving: Serving;
beforeAll(async () => {
  port = await freePort();
  metrics = await startMetrics(metricsAt(port));
  const logger = metrics.counting(createLogger('silent'));
  serving = await startServing((_req, res) => void res.end(), { logger });
});
afterAll(async () => {
  await serving.close();
  await metrics.close();
});

it('C34 what is refused before the app is counted once, by why', async () => {
  await serving.exchange('hello\r\n\r\n');
  await serving.exchange('GET / HTTP/1.1\r\n\r\n');
  await serving.exchange(`GET /${'a'.repeat(17_000)} HTTP/1.1\r\n\r\n`);
  const { samples } = parseExposition(
    await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  );
  const counted = samples.filter(
    ({ name, value }) => name === 'doorstep_refused_requests_total' && value > 0,
  );
  expect(counted.map(({ labels, value }) => [labels.reason, value])).toEqual([
    ['headers_too_large', 1],
    ['malformed', 1],
    ['host_missing', 1],
  ]);
});

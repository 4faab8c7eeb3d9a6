import { METHODS } from 'node:http';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/doorstep/logger.ts';
import { measureLogto } from '../../src/metrics/logto.ts';
import { type Metrics, startMetrics } from '../../src/metrics/metrics.ts';
import { WHOLE_SITE } from '../harness/doorstep.ts';
import { freePort } from '../harness/free-port.ts';
import { fuzzRuns } from '../harness/fuzz.ts';
import { encoded, text } from '../harness/hostile.ts';
import { openWire, type Wire } from '../harness/wire.ts';
import { parseExposition } from './exposition.ts';
import { type Measured, metricsAt, startMeasured } from './measured.ts';

const REQUESTS = 'doorstep_request_duration_seconds_count';
const FUZZ_LIMITS = { timeout: 210_000 + fuzzRuns * 60 };

/** All that may ever be, for a visitor without a session or a token. */
const METHOD = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'];
const ROUTE = [
  'none',
  '/',
  '/healthz',
  '/readyz',
  '/assets',
  '/api',
  '/api/openapi.json',
  '/.well-known/oauth-protected-resource/api',
  '/sign-in',
  '/sign-in/link',
  '/sign-up',
  '/callback',
  '/sign-out',
  '/backchannel-logout',
  '/account',
  '/sessions',
  '/sessions/end-others',
  '/sessions/:handle/end',
  '/organizations',
  '/organizations/:organizationId',
  '/organizations/:organizationId/default',
  '/organizations/:organizationId/not-default',
  '/organizations/:organizationId/books',
  '/books',
];
/** ASCII only: elsewhere the upper case of a letter may be none that a request line can hold. */
const upperCase = (path: string) => path.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const STATUS = /^(200|204|303|304|400|401|403|404|405|413|415|416|500|503|aborted)$/;

describe('whoever attacks can’t add a series', FUZZ_LIMITS, () => {
  let app: Measured;
  let wire: Wire;
  beforeAll(async () => {
    app = await startMeasured({ environment: WHOLE_SITE });
    wire = openWire(app.url);
  });
  afterAll(async () => {
    wire.close();
    await app.close();
  });

  it('with any method and any address', async () => {
    // Each route and method is asked for by name first: a stale list fails always, not by chance.
    for (const path of ROUTE.filter((route) => route.startsWith('/')))
      for (const method of ['GET', 'POST'])
        await wire.ask({ method, path, headers: [['Sec-Fetch-Site', 'same-origin']] });
    for (const method of METHOD.filter((name) => name !== 'other'))
      await wire.ask({ method, path: '/nope' });
    const place = fc.constantFrom('', ...ROUTE.filter((route) => route.startsWith('/')));
    const others = METHODS.filter((method) => method !== 'CONNECT');
    const requests = fc.record({
      method: fc.oneof(fc.constant('GET'), fc.constantFrom(...others)),
      path: fc
        .tuple(place, fc.constantFrom('', '/', '?', '//', '\\'), fc.oneof(fc.constant(''), encoded))
        .map((parts) => `/${parts.join('')}`.replace(/^\/\//, '/')),
      mixed: fc.boolean(),
      sameOrigin: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(requests, async ({ method, path, mixed, sameOrigin }) => {
        await wire.ask({
          method,
          path: mixed ? upperCase(path) : path,
          headers: sameOrigin ? [['Sec-Fetch-Site', 'same-origin']] : [],
        });
      }),
      { numRuns: fuzzRuns },
    );
    const { sum, valuesOf } = await app.metrics();
    expect(sum(REQUESTS)).toBeGreaterThan(fuzzRuns * 0.9);
    const strange = (label: string, usual: string[]) =>
      [...valuesOf(REQUESTS, label)].filter((value) => !usual.includes(value));
    expect(strange('method', METHOD)).toEqual([]);
    expect([...valuesOf(REQUESTS, 'route')].sort()).toEqual([...ROUTE].sort());
    expect([...valuesOf(REQUESTS, 'status')].filter((status) => !STATUS.test(status))).toEqual([]);
    expect(valuesOf(REQUESTS, 'method').size).toBe(METHOD.length);
  });
});

describe('a line of the log', FUZZ_LIMITS, () => {
  let metrics: Metrics;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    metrics = await startMetrics(metricsAt(port));
  });
  afterAll(() => metrics.close());

  const scrape = async () =>
    parseExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const seriesOf = ({ samples }: Awaited<ReturnType<typeof scrape>>) =>
    samples
      .filter(({ name }) => name.startsWith('doorstep_'))
      .map(({ name, labels }) => JSON.stringify([name, labels]));

  it('never adds a series, whatever it says', async () => {
    const logger = metrics.counting(createLogger('silent'));
    const before = await scrape();
    const events = [
      'sign_in.started',
      'sign_in.failed',
      'request.failed',
      'refresh.failed',
      'session.ended',
      'sign_out',
      'redis.down',
      'redis.back',
    ];
    const value = fc.oneof(text, fc.anything());
    const lines = fc.record(
      {
        event: fc.oneof(fc.constantFrom(...events), value),
        reason: value,
        why: value,
        kind: value,
        path: fc.oneof(fc.constantFrom('/callback', '/sign-in'), text),
        sessions: fc.oneof(fc.nat(), fc.string()),
        err: value,
        sub: text,
      },
      { requiredKeys: ['event'] },
    );
    const levels = fc.constantFrom('fatal', 'error', 'warn', 'info', 'debug', 'trace');
    fc.assert(
      fc.property(lines, levels, (line, level) => {
        logger[level](line, 'Whatever');
      }),
      { numRuns: fuzzRuns },
    );
    fc.assert(
      fc.property(fc.anything(), (line) => {
        logger.info(line);
      }),
      { numRuns: fuzzRuns },
    );
    const after = await scrape();
    expect(seriesOf(after)).toEqual(seriesOf(before));
    expect(after.sum('doorstep_errors_total', { reason: 'other' })).toBeGreaterThan(10);
  });
});

describe('a call to Logto', FUZZ_LIMITS, () => {
  it('S29 shows nothing of its address or its body, wherever a discovery document sends it', async () => {
    const registry = new Registry();
    const measured = measureLogto(async () => new Response('{}'), registry);
    const end = fc.constantFrom('', '/oidc/token', '/oidc/jwks', '/oidc/me', '/oidc/me?token=x');
    const address = fc
      .tuple(encoded, end)
      .map((parts) => `https://logto.example/${parts.join('')}`);
    const body = fc.oneof(
      text,
      text.map((grant) => new URLSearchParams({ grant_type: grant }).toString()),
    );
    const calls = fc.record({ address, body: fc.option(body, { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(calls, async ({ address, body }) => {
        await measured(address, { method: 'POST', ...(body !== undefined && { body }) });
      }),
      { numRuns: fuzzRuns },
    );
    const { valuesOf } = parseExposition(await registry.metrics());
    expect([...valuesOf('doorstep_logto_call_duration_seconds_count', 'call')].sort()).toEqual([
      'jwks',
      'other',
      'userinfo',
    ]);
  });
});

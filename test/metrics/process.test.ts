import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { freePort } from '../harness/free-port.ts';
import { type Child, runScript, takePort } from '../harness/process.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { parseExposition } from './exposition.ts';

const ALONE = {
  LOGTO_ENDPOINT: 'http://localhost:1',
  LOGTO_APP_ID: 'id',
  LOGTO_APP_SECRET: 'not-shown-anywhere',
  REDIS_URL: 'redis://127.0.0.1:1',
};

const scrape = async (port: string | number) =>
  parseExposition(await (await fetch(`http://localhost:${port}/metrics`)).text());

describe('the process with METRICS_PORT', () => {
  const running: Child[] = [];
  const run = (environment: Record<string, string>) => {
    const child = runScript('src/main.ts', { ...ALONE, ...environment });
    running.push(child);
    return child;
  };
  afterEach(() => {
    for (const child of running.splice(0)) child.process.kill('SIGKILL');
  });

  it('measures itself as well: event loop, memory, processor', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const child = run({ PORT: String(port), METRICS_PORT: String(metricsPort) });
    await child.says(/"event":"started"/);
    await fetch(`http://localhost:${port}/healthz`);
    const { sum } = await scrape(metricsPort);
    expect(sum('doorstep_request_duration_seconds_count', { route: '/healthz' })).toBe(1);
    expect(sum('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(sum('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
    // Made of what came in since the last scrape.
    await expect
      .poll(async () => (await scrape(metricsPort)).sum('nodejs_eventloop_lag_p99_seconds'))
      .toBeGreaterThan(0.005);
    await expect.poll(async () => (await scrape(metricsPort)).sum('doorstep_redis_up')).toBe(0);
  });

  it('F80 METRICS_HOST: metrics have an address of their own', async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const child = run({
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      METRICS_HOST: '127.0.0.2',
    });
    await child.says(/"event":"started"/);
    expect((await fetch(`http://127.0.0.2:${metricsPort}/metrics`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${metricsPort}/metrics`)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow();
  });

  it('a taken port is one clear line, and nothing listens then', async () => {
    const { port: metricsPort, free } = await takePort();
    const child = run({ PORT: String(await freePort()), METRICS_PORT: metricsPort });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain(`METRICS_PORT ${metricsPort} is taken by another program`);
    expect(child.output()).not.toMatch(/at .*\.ts:\d+|"event"/);
    free();
  });

  it('without it, prom-client is not even loaded', async () => {
    const onSignal = `process.once('SIGWINCH', () => {
      const loaded = Object.keys(process.getBuiltinModule('module')._cache);
      console.log(loaded.some((file) => file.includes('prom-client')) ? 'LOADED' : 'FREE OF IT');
    })`;
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(onSignal)}`;
    const tell = async (environment: Record<string, string>) => {
      const child = run({ PORT: String(await freePort()), NODE_OPTIONS, ...environment });
      await child.says(/"event":"started"/);
      child.process.kill('SIGWINCH');
      await child.says(/LOADED|FREE OF IT/);
      return /LOADED|FREE OF IT/.exec(child.output())?.[0];
    };
    expect(await tell({})).toBe('FREE OF IT');
    expect(await tell({ METRICS_PORT: String(await freePort()) })).toBe('LOADED');
  });
});

describe.skipIf(!hasRedisServer)('the process with METRICS_PORT, among its neighbours', () => {
  let app: Doorstep;
  let metricsPort: number;
  let one: AppProcess;
  beforeAll(async () => {
    app = await startDoorstep();
    metricsPort = await freePort();
    one = await startProcess(app, { METRICS_PORT: String(metricsPort), LOG_LEVEL: 'info' });
  });
  afterAll(async () => {
    await one.close();
    await app.close();
  });

  it('says when Redis is away, and when it is back', async () => {
    const up = async () => (await scrape(metricsPort)).sum('doorstep_redis_up');
    expect(await up()).toBe(1);
    app.redisServer?.signal('SIGKILL');
    await expect.poll(up).toBe(0);
    await app.redisServer?.restart();
    await expect.poll(up).toBe(1);
  });

  it('C22 SIGTERM: answers Prometheus while it drains, and ends in time', async () => {
    const browser = await app.signedInBrowser();
    const cookie = browser.cookies.header(new URL(app.url));
    app.logto.resetCalls();
    const release = app.logto.holdNext('userinfo');
    const slow = one.get('/account', { cookie });
    await expect.poll(() => app.logto.calls.userinfo).toBe(1);
    // Its connection is kept, as Prometheus does.
    await scrape(metricsPort);
    one.child.process.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(`http://localhost:${one.port}/`).then(
          ({ status }) => status,
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect((await scrape(metricsPort)).samples.length).toBeGreaterThan(100);
    release();
    expect((await slow).status).toBe(200);
    // After 10 s without an end it would be 1.
    expect(await one.child.ended).toBe(0);
    await expect(scrape(metricsPort)).rejects.toThrow();
  });
});

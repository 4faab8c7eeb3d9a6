import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from './harness/free-port.ts';
import { type Child, LOCALHOST, runScript, takePort } from './harness/process.ts';
import { hasRedisServer, startRedisServer } from './harness/redis-server.ts';

const LOGTO = {
  LOGTO_ENDPOINT: 'http://localhost:1',
  LOGTO_APP_ID: 'id',
  LOGTO_APP_SECRET: 'not-shown-anywhere',
};

describe('the process', () => {
  const running: Child[] = [];
  const run = (file: string, environment: Record<string, string>) => {
    const child = runScript(file, environment);
    running.push(child);
    return child;
  };
  afterEach(() => {
    for (const child of running.splice(0)) child.process.kill('SIGKILL');
  });

  it('C25 production without Redis, secret or address refuses to boot and says why', async () => {
    const child = run('src/main.ts', { NODE_ENV: 'production', ...LOGTO });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('The configuration has 3 mistakes:');
    for (const name of ['BASE_URL', 'REDIS_URL', 'SESSION_SECRET']) {
      expect(child.output()).toContain(`- ${name} is missing`);
    }
    expect(child.output()).not.toMatch(/not-shown-anywhere|at .*\.ts:\d+/);
  });

  it.each(LOCALHOST)('C32 a port taken at %s is one clear line', async (host) => {
    const { port, free } = await takePort(host);
    const child = run('src/main.ts', { ...LOGTO, PORT: port });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain(`PORT ${port} is taken by another program`);
    expect(child.output()).not.toMatch(/at .*\.ts:\d+/);
    free();
  });

  it.skipIf(!hasRedisServer)(
    'C22 C33 ready when it says "started"; SIGTERM: finishes, closes Redis, exits 0',
    async () => {
      const redis = await startRedisServer();
      const port = String(await freePort());
      const child = run('src/main.ts', { ...LOGTO, PORT: port, REDIS_URL: redis.url });
      await child.says(/"event":"started"/);
      // The first request: nothing has given Redis more time than it took to listen.
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
      expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
      child.process.kill('SIGTERM');
      expect(await child.ended).toBe(0);
      expect(child.output()).toContain('"event":"stopped"');
      await redis.close();
    },
  );

  it('S44 what is refused again and again is counted, and not written each time', async () => {
    const port = String(await freePort());
    const child = run('src/main.ts', { ...LOGTO, PORT: port, REDIS_URL: 'redis://127.0.0.1:1' });
    await child.says(/"event":"started"/);
    const ask = () => fetch(`http://localhost:${port}/callback`, { method: 'POST' });
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 10 }, ask));
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    const written = child.output().match(/"event":"request.failed"/g) ?? [];
    const leftOut = Number(/"event":"log.left_out".*"leftOut":(\d+)/.exec(child.output())?.[1]);
    expect(written.length).toBeLessThan(100);
    expect(written.length + leftOut).toBe(100);
  });

  it('C33 SIGTERM exits 0 while it waits for Redis', async () => {
    const port = String(await freePort());
    const child = run('src/main.ts', { ...LOGTO, PORT: port, REDIS_URL: 'redis://127.0.0.1:1' });
    await child.says(/"event":"redis.down"/);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(child.output()).toContain('"event":"stopped"');
  });

  it('C22 SIGTERM exits 0 with Redis dead too, and /readyz says 503', async () => {
    const port = String(await freePort());
    const child = run('src/main.ts', { ...LOGTO, PORT: port, REDIS_URL: 'redis://127.0.0.1:1' });
    await child.says(/"event":"started"/);
    expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(503);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Child, runScript } from './harness/process.ts';
import { freePort, hasRedisServer, startRedisServer } from './harness/redis-server.ts';

const LOGTO = {
  LOGTO_ENDPOINT: 'http://localhost:1',
  LOGTO_APP_ID: 'id',
  LOGTO_APP_SECRET: 'not-shown-anywhere',
};

async function takePort() {
  const taken = createServer().listen(0, 'localhost');
  await once(taken, 'listening');
  const address = taken.address();
  return { taken, port: typeof address === 'object' ? String(address?.port) : '' };
}

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

  it('a taken port is one clear line', async () => {
    const { taken, port } = await takePort();
    const child = run('src/main.ts', { ...LOGTO, PORT: port });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain(`PORT ${port} is taken by another program`);
    expect(child.output()).not.toMatch(/at .*\.ts:\d+/);
    taken.close();
  });

  it.skipIf(!hasRedisServer)('C22 SIGTERM: finishes, closes Redis, exits 0', async () => {
    const redis = await startRedisServer();
    const port = String(await freePort());
    const child = run('src/main.ts', { ...LOGTO, PORT: port, REDIS_URL: redis.url });
    await child.says(/"event":"started"/);
    expect((await fetch(`http://localhost:${port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    expect(child.output()).toContain('"event":"stopped"');
    await redis.close();
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

describe('C25 npm run demo', () => {
  it('is ready with nothing but Node, says where to go, and ends at once', async () => {
    const ports = { PORT: String(await freePort()), DEMO_LOGTO_PORT: String(await freePort()) };
    const huggingFace = String(await freePort());
    const child = runScript('demo/main.ts', { ...ports, DEMO_HUGGING_FACE_PORT: huggingFace });
    await child.says(/Ctrl-C stops everything/);
    expect(child.output()).toContain(`http://localhost:${ports.PORT}`);
    expect(child.output()).toContain('Nothing leaves it.');
    const home = await fetch(`http://localhost:${ports.PORT}/`);
    expect(await home.text()).toContain('Local demo: Logto and Hugging Face are stand-ins');
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
  });

  it.each(['PORT', 'DEMO_LOGTO_PORT', 'DEMO_HUGGING_FACE_PORT'])(
    'a taken %s is one clear line that names it',
    async (variable) => {
      const { taken, port } = await takePort();
      const child = runScript('demo/main.ts', {
        PORT: String(await freePort()),
        DEMO_LOGTO_PORT: String(await freePort()),
        DEMO_HUGGING_FACE_PORT: String(await freePort()),
        [variable]: port,
      });
      expect(await child.ended).toBe(1);
      expect(child.output()).toContain(`Port ${port} is taken by another program`);
      expect(child.output()).toContain(`${variable}=`);
      expect(child.output()).not.toMatch(/at .*\.ts:\d+/);
      taken.close();
    },
  );
});

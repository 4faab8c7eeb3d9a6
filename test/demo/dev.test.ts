import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptSecret, SECRET_FILE } from '../../demo/kept-secret.ts';
import { read } from '../deploy/files.ts';
import { freePort } from '../harness/free-port.ts';
import { type Child, runScript } from '../harness/process.ts';
import { hasRedisServer, startRedisServer } from '../harness/redis-server.ts';

const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe('C31 npm run dev and npm start', () => {
  const running: Child[] = [];
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'doorstep-dev-'));
  });
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.process.kill('SIGKILL');
      await child.ended;
    }
    rmSync(directory, { recursive: true });
  });
  const run = (file: string, environment: Record<string, string> = {}, words: string[] = []) => {
    const child = runScript(file, environment, words, directory);
    running.push(child);
    return child;
  };
  const writeEnv = (more: Record<string, string>) => {
    const all = {
      LOGTO_ENDPOINT: 'http://localhost:1',
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'of-the-application',
      ...more,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(directory, '.env'), lines.join(''));
  };

  it('their scripts mean the same to cmd.exe as to sh', () => {
    for (const script of [scripts.dev, scripts.start]) {
      expect(script).not.toMatch(/'|^\w+=|\$|--env-file/);
    }
  });

  it('without REDIS_URL, the first line says that each save signs everybody out', async () => {
    writeEnv({ PORT: String(await freePort()) });
    const child = run('demo/dev.ts');
    await child.says(/is open/);
    expect(child.output().split('\n')[0]).toMatch(/Each save of a file signs everybody out/);
    expect(existsSync(join(directory, SECRET_FILE))).toBe(false);
  });

  it('with REDIS_URL, the secret is kept for the next start, in a file that Git ignores', async () => {
    writeEnv({ PORT: String(await freePort()), REDIS_URL: 'redis://127.0.0.1:1' });
    const file = join(directory, SECRET_FILE);
    const first = run('demo/dev.ts');
    await first.says(/is open/);
    const secret = readFileSync(file, 'utf8');
    expect(secret.trim()).toHaveLength(64);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(first.output()).not.toContain(secret.trim());
    first.process.kill('SIGTERM');
    await first.ended;
    await run('demo/dev.ts').says(/is open/);
    expect(readFileSync(file, 'utf8')).toBe(secret);
    // Read, not asked of git, which a machine need not have.
    const ignored = readFileSync(new URL('../../.gitignore', import.meta.url), 'utf8').split('\n');
    expect(ignored).toContain('.env.*');
    expect(SECRET_FILE).toMatch(/^\.env\.(?!example$)/);
  });

  it('a kept secret that is none any more is made anew', () => {
    const file = join(directory, SECRET_FILE);
    writeFileSync(file, 'abc\n');
    const secret = keptSecret(file);
    expect(secret).toHaveLength(64);
    expect(keptSecret(file)).toBe(secret);
    expect(keptSecret(join(directory, 'no-such-folder', 'x'))).toBeNull();
  });

  it('npm run dev says that .env is not watched, when it is wrong too', async () => {
    writeEnv({ PORT: 'x' });
    const wrong = run('demo/dev.ts');
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toMatch(/PORT must be a whole number[\s\S]*\.env is not watched/);
    writeEnv({ PORT: String(await freePort()) });
    const right = run('demo/dev.ts');
    await right.says(/\.env is not watched: after a change of it, press Enter/);
    expect(right.output()).not.toMatch(/not found/);
  });

  it.skipIf(!hasRedisServer)('npm start reads .env in development', async () => {
    const redis = await startRedisServer();
    const port = String(await freePort());
    writeEnv({ PORT: port, REDIS_URL: redis.url, METRICS_PORT: 'tcp://10.0.0.1:80' });
    const child = run('src/main.ts');
    await child.says(/"event":"started"/);
    expect(child.output()).toMatch(/"event":"configuration".*METRICS_PORT is an address/);
    // It listens before Redis is there.
    const ready = async () => (await fetch(`http://localhost:${port}/readyz`)).status;
    await expect.poll(ready).toBe(200);
    child.process.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    await redis.close();
  });

  it('npm start says so where it does not read .env', async () => {
    writeEnv({});
    const child = run('src/main.ts', { NODE_ENV: 'production' });
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('LOGTO_ENDPOINT is missing');
    expect(child.output()).toContain('Under NODE_ENV=production, .env is not read');
    expect(child.output()).not.toContain('copy it to .env');
  });

  it('npm start names a file that Node would misread', async () => {
    writeFileSync(join(directory, '.env'), Buffer.from('\ufeffPORT=1\r\n', 'utf16le'));
    const child = run('src/main.ts');
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('.env is in UTF-16');
    expect(child.output()).not.toMatch(/is missing|at .*\.ts:\d+/);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Without an engine, the commands of the image are tried by hand: here the one that says it is well. */
describe('the HEALTHCHECK of the Dockerfile', () => {
  const server = createServer((req, res) =>
    res.writeHead(req.url === '/healthz' ? status : 404).end(),
  );
  let status = 200;
  let port = '';

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    port = typeof address === 'object' ? String(address?.port) : '';
  });
  afterAll(() => void server.close());

  it.each([
    ['is well', 200, 0],
    ['is not', 503, 1],
  ])('when the app %s', async (_what, answer, exit) => {
    status = answer;
    expect(await healthcheck(port)).toBe(exit);
  });

  it('when nothing listens', async () => {
    expect(await healthcheck('1')).toBe(1);
  });
});

describe('docker-compose.yml', () => {
  const app = /\n {2}app:\n([\s\S]*?)\n {2}redis:\n/.exec(read('docker-compose.yml'))?.[1] ?? '';
  const environment = Object.fromEntries(
    [...app.matchAll(/^ {6}([A-Z_]+): '?(.*?)'?$/gm)].map(([, name, value]) => [name, value]),
  );

  it('C25 gives the app a production environment that lacks only what .env brings', () => {
    const fromDotEnv = {
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'from-the-console',
      SESSION_SECRET: 'kE9xQz7wLmVbT3f0rA5uJdS8nHcG2yPi1oXe6KWq',
    };
    const config = parseConfig({ ...fromDotEnv, ...environment });
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', port: 3000, trustProxy: [] });
  });

  it('publishes on loopback only', () => {
    const published = [...read('docker-compose.yml').matchAll(/^ +- (.*:\d+:\d+)$/gm)];
    expect(published.map(([, port]) => port)).toEqual([
      '127.0.0.1:3000:3000',
      '127.0.0.1:3001:3001',
      '127.0.0.1:3002:3002',
    ]);
  });

  it('C17 lets Logto call the app back', () => {
    expect(read('docker-compose.yml')).toContain("OIDC_PROVIDER_SSRF_PROTECTION_DISABLED: 'true'");
  });
});

async function healthcheck(port: string): Promise<number> {
  const json = /^HEALTHCHECK [\s\S]*?CMD (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]';
  const [, ...words]: string[] = JSON.parse(json);
  const child = spawn(process.execPath, words, { env: { PORT: port }, stdio: 'ignore' });
  const [code]: number[] = await once(child, 'exit');
  return code ?? -1;
}

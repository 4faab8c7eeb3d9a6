import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';
import { CLIENT, type Doorstep, SESSION_SECRET, startDoorstep } from '../harness/doorstep.ts';
import { freePort } from '../harness/free-port.ts';
import { type Child, runScript } from '../harness/process.ts';
import { isInstalled } from '../harness/redis-server.ts';

const AT_ONCE = 8;
const ROUNDS = 2;

interface Proxy {
  port: number;
  stop(): Promise<void>;
}

/** A folder with the example's configuration, for plain http on free ports. */
async function startProxy(command: string, words: string[], port: number): Promise<Proxy> {
  // Caddy keeps what it was told in its folder of settings.
  const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: tmpdir(), XDG_DATA_HOME: tmpdir() };
  const child = spawn(command, words, { stdio: 'ignore', env });
  const ended = once(child, 'exit');
  while (
    child.exitCode === null &&
    !(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null))?.ok
  )
    await pause(50);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function nginx(folder: string, ports: number[]): Promise<Proxy> {
  const port = await freePort();
  const site = read('deploy/nginx/doorstep.conf')
    .replace(/server \{\n {2}listen 80;[\s\S]*?\n\}\n/, '')
    .replace('listen 443 ssl http2', `listen 127.0.0.1:${port}`)
    .replace(/ {2}ssl_.*\n/g, '')
    .replace('127.0.0.1:3001', `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${folder};`).join('\n');
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
http { access_log off; ${temporary}\n${site}}`,
  );
  return startProxy('nginx', ['-c', file, '-p', folder], port);
}

async function caddy(folder: string, ports: number[]): Promise<Proxy> {
  const port = await freePort();
  const site = read('deploy/caddy/Caddyfile')
    .replace('app.example.com {', `http://:${port} {\n\tbind 127.0.0.1`)
    .replace('127.0.0.1:3001', `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, `{\n\tadmin off\n}\n${site}`);
  return startProxy('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], port);
}

describe('F87 a rolling restart under load', () => {
  let app: Doorstep;
  let cookie: string;
  beforeAll(async () => {
    app = await startDoorstep();
    cookie = (await app.signedInBrowser()).cookies.header(new URL(app.url));
  });
  afterAll(() => app.close());

  async function start(port: number): Promise<Child> {
    const child = runScript('src/main.ts', {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      BASE_URL: app.url,
      SESSION_SECRET,
      TRUST_PROXY: 'loopback',
      REDIS_URL: app.redisServer?.url ?? '',
      LOGTO_ENDPOINT: app.logto.endpoint,
      LOGTO_APP_ID: CLIENT.id,
      LOGTO_APP_SECRET: CLIENT.secret,
    });
    await child.says(/"event":"started"/);
    while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) await pause(20);
    return child;
  }

  function ask(port: number, agent: Agent): Promise<string> {
    const headers = { host: new URL(app.url).host, cookie, accept: 'text/html' };
    return new Promise((resolve) => {
      const outgoing = request({ host: '127.0.0.1', port, agent, headers }, async (incoming) => {
        const body = Buffer.concat(await incoming.toArray().catch(() => [])).toString();
        const isWhole = incoming.statusCode === 200 && body.includes('Hello, Ada');
        resolve(isWhole ? 'answered' : String(incoming.statusCode));
      });
      outgoing.on('error', (error) => resolve(error.message)).end();
    });
  }

  describe.each([
    ['nginx', isInstalled('nginx', '-v'), nginx],
    ['Caddy', isInstalled('caddy', 'version'), caddy],
  ] as const)('behind %s', (name, isThere, proxyOf) => {
    it.skipIf(!isThere)('F87 loses no answer', { timeout: 240_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'doorstep-proxy-'));
      mkdirSync(join(folder, 'logs'));
      const ports = [await freePort(), await freePort()];
      const children = await Promise.all(ports.map(start));
      const proxy = await proxyOf(folder, ports);
      const agent = new Agent({ keepAlive: true });
      const answers = new Map<string, number>();
      let goesOn = true;
      const loops = Array.from({ length: AT_ONCE }, async () => {
        while (goesOn) {
          const answer = await ask(proxy.port, agent);
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      });
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          for (const [index, port] of ports.entries()) {
            children[index]?.process.kill('SIGTERM');
            expect(await children[index]?.ended).toBe(0);
            children[index] = await start(port);
          }
        }
      } finally {
        goesOn = false;
        await Promise.all(loops);
        agent.destroy();
        await proxy.stop();
        for (const child of children) child.process.kill('SIGKILL');
        rmSync(folder, { recursive: true, force: true });
      }
      process.stdout.write(`${name}: ${JSON.stringify(Object.fromEntries(answers))}\n`);
      expect([...answers.keys()]).toEqual(['answered']);
    });
  });
});

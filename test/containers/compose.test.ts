import { execFile, execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { authorizeAt } from '../demo/authorize-at.ts';
import { createBrowser } from '../demo/browser.ts';
import { read } from '../deploy/files.ts';
import { CLIENT, SESSION_SECRET } from '../harness/stand-ins.ts';

/** The app's service of docker-compose.yml in a container, with stand-ins in place of what no registry gives. */
const {
  CONTAINER_ENGINE = '',
  CONTAINER_RUN_FLAGS = '',
  APP_IMAGE = '',
  BASE_IMAGE = '',
} = process.env;
const isThere = CONTAINER_ENGINE !== '' && APP_IMAGE !== '' && BASE_IMAGE !== '';
if (!isThere) {
  process.stderr.write(
    '\n  !! CONTAINER_ENGINE, APP_IMAGE and BASE_IMAGE (with Node and redis-server) are needed: SKIPPED (docs/compose.md)\n\n',
  );
}

const words = (text: string) => text.split(' ').filter(Boolean);
const [engine = '', ...global] = words(CONTAINER_ENGINE);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Others than 3000 and 3001, which may be taken on this machine. */
const [APP_PORT, LOGTO_PORT, HF_PORT] = ['3900', '3901', '3903'];
const APP = `http://localhost:${APP_PORT}`;

const Service = z.looseObject({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.coerce.string()),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  healthcheck: z.looseObject({ test: z.array(z.string()) }),
});
const moved = (text: string) => text.replaceAll('3000', APP_PORT).replaceAll('3001', LOGTO_PORT);
const service = () => {
  const compose = z
    .looseObject({ services: z.looseObject({ app: Service }) })
    .parse(parse(moved(read('docker-compose.yml')), { merge: true }));
  return compose.services.app;
};

const run = (...args: string[]) =>
  promisify(execFile)(engine, [...global, ...args]).then(({ stdout }) => stdout);
const start = (name: string, flags: string[], image: string, command: string[]) =>
  run(
    ...['run', '--detach', '--name', `doorstep-${name}`, '--hostname', name],
    ...['--network', 'doorstep-test', '--network-alias', name],
    ...words(CONTAINER_RUN_FLAGS),
    ...flags,
    ...words(image),
    ...command,
  );

async function until(what: string, isSo: () => Promise<boolean>): Promise<number> {
  const from = performance.now();
  while (!(await isSo().catch(() => false))) {
    if (performance.now() - from > 120_000) throw new Error(`${what}: not within 120 s`);
    await pause(300);
  }
  return Math.round(performance.now() - from);
}

describe.skipIf(!isThere)('F85 docker-compose.yml in containers', { timeout: 600_000 }, () => {
  const startLogto = () =>
    start(
      'logto',
      [
        ...[
          '--volume',
          `${ROOT}:/repo:ro`,
          '--volume',
          `${ROOT}/deploy/compose/forward.mjs:/forward.mjs:ro`,
        ],
        ...['--publish', `127.0.0.1:${LOGTO_PORT}:${LOGTO_PORT}`],
        ...['--publish', `127.0.0.1:${HF_PORT}:${HF_PORT}`],
        ...['--env', `FORWARD=${APP_PORT}=app:${APP_PORT}`, '--env', `APP=${APP}`],
        ...['--env', `LOGTO_PORT=${LOGTO_PORT}`, '--env', `HF_PORT=${HF_PORT}`],
      ],
      BASE_IMAGE,
      [
        ...['node', '--import=/forward.mjs', '--import=/repo/node_modules/tsx/dist/loader.mjs'],
        '/repo/test/containers/logto-stand-in.ts',
      ],
    );
  const logtoAnswers = async () =>
    (await fetch(`http://localhost:${LOGTO_PORT}/oidc/.well-known/openid-configuration`)).ok;
  const health = async () => {
    const [, ...test] = service().healthcheck.test;
    return run('exec', 'doorstep-app', ...test).then(
      () => 'healthy',
      () => 'unhealthy',
    );
  };
  const remove = (...names: string[]) =>
    run('rm', '--force', '--time', '1', ...names.map((name) => `doorstep-${name}`)).catch(() => '');

  beforeAll(async () => {
    await remove('app', 'logto', 'redis');
    await run('network', 'create', 'doorstep-test').catch(() => {});
    await start('redis', [], BASE_IMAGE, ['redis-server', '--protected-mode', 'no']);
    await startLogto();
    const { command, environment, read_only, cap_drop, security_opt } = service();
    const given = {
      ...environment,
      LOGTO_APP_ID: CLIENT.id,
      LOGTO_APP_SECRET: CLIENT.secret,
      SESSION_SECRET,
    };
    await start(
      'app',
      [
        ...['--user', '1000', '--workdir', '/app'],
        ...(read_only ? ['--read-only'] : []),
        ...cap_drop.flatMap((name) => ['--cap-drop', name]),
        ...security_opt.flatMap((option) => ['--security-opt', option.replace(':true', '')]),
        ...['--volume', `${ROOT}/deploy/compose/forward.mjs:/forward.mjs:ro`],
        ...['--publish', `127.0.0.1:${APP_PORT}:${APP_PORT}`],
        ...Object.entries(given).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ],
      APP_IMAGE,
      // What is in that file is in the environment here.
      command.filter((word) => !word.startsWith('--env-file')),
    );
    await until('Logto', logtoAnswers);
    await until('the app', async () => (await fetch(`${APP}/readyz`)).ok);
  }, 600_000);

  afterAll(async () => {
    process.stdout.write(
      execFileSync(engine, [...global, 'logs', 'doorstep-app'], { encoding: 'utf8' }),
    );
    await remove('app', 'logto', 'redis');
  }, 120_000);

  const signedIn = async () => {
    const browser = createBrowser();
    const page = await browser.get(`${APP}/sign-in`, { until: `http://localhost:${LOGTO_PORT}` });
    const choice = { as: 'ada-l', via: 'huggingface' } as const;
    await browser.get(await authorizeAt(browser, page.stoppedAt ?? '', choice));
    return browser;
  };

  it('F85 signs in through Logto, by the addresses that the browser has', async () => {
    expect((await (await signedIn()).get(APP)).body).toContain('Hello, Ada Lovelace');
    expect(await health()).toBe('healthy');
  });

  it('F85 Logto reaches the app as localhost: the back-channel logout ends the session', async () => {
    const answer = await run(
      ...['exec', 'doorstep-logto', 'node', '-e'],
      `fetch('${APP}/backchannel-logout', { method: 'POST', body: new URLSearchParams({ logout_token: 'x' }) })
        .then((res) => console.log(res.status))`,
    );
    expect(answer.trim()).toBe('400');
  });

  it('F85 Logto’s container dies and another one comes: the app is well again by itself', async () => {
    const browser = await signedIn();
    await run('kill', '--signal', 'KILL', 'doorstep-logto');
    expect(await health()).toBe('unhealthy');
    expect((await browser.get(APP)).body).toContain('Hello, Ada Lovelace');
    await remove('logto');
    await startLogto();
    const took = await until('Logto', logtoAnswers);
    const healed = await until('the app’s health', async () => (await health()) === 'healthy');
    process.stdout.write(`Logto back after ${took} ms, the app well ${healed} ms later\n`);
    expect((await (await signedIn()).get(APP)).body).toContain('Hello, Ada Lovelace');
  });

  it('F85 Redis too, and the app itself is restarted', async () => {
    await run('kill', '--signal', 'KILL', 'doorstep-redis');
    expect(await health()).toBe('unhealthy');
    await run('start', 'doorstep-redis');
    await until('the app’s health', async () => (await health()) === 'healthy');
    await run('restart', '--time', '15', 'doorstep-app');
    await until('the app', async () => (await fetch(`${APP}/readyz`)).ok);
    expect((await (await signedIn()).get(APP)).body).toContain('Hello, Ada Lovelace');
  });

  it('F83 doorstep check works in the image', async () => {
    const report = await run('exec', 'doorstep-app', 'doorstep', 'check').catch(
      (error: { stdout: string }) => error.stdout,
    );
    process.stdout.write(report);
    expect(report).toMatch(/✓ Application/);
  });
});

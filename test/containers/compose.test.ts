import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { read } from '../deploy/files.ts';
import { signIn } from './sign-in.ts';

/** docker-compose.yml as it is, brought up by Docker Compose, with a real Logto; docs/compose.md says how. */
const { COMPOSE = '', COMPOSE_OVERRIDE = '', RESTART_ENGINE = '', REBOOTS = '10' } = process.env;
if (COMPOSE === '') {
  process.stderr.write('\n  !! COMPOSE="docker compose" is needed: SKIPPED (docs/compose.md)\n\n');
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const words = (text: string) => text.split(' ').filter(Boolean);
const exec = promisify(execFile);
/** Others than 3000 to 3002, which may be taken on this machine. */
const moved = (text: string) => text.replaceAll(/\b300([012])\b/g, '390$1');
const [APP, LOGTO] = ['http://localhost:3900', 'http://localhost:3901'];
/** Every kind of character that an address, a shell or Compose reads for itself. */
const PASSWORD = 'p@ss/w#rd?&=+ %41 $HOME $$ `id` "q" \\ ü';

describe.skipIf(COMPOSE === '')('F85 docker-compose.yml in containers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-compose-'));
  const file = join(folder, 'docker-compose.yml');
  const env = {
    ...process.env,
    NODE_IMAGE: /^FROM (\S+)/m.exec(read('Dockerfile'))?.[1] ?? '',
    POSTGRES_PASSWORD: PASSWORD,
    HF_ACCESS_TOKENS: 'true',
    HF_CLIENT_ID: 'connector',
    HF_CLIENT_SECRET: 'of-the-stand-in',
  };
  const [engine = '', ...compose] = [
    ...words(COMPOSE),
    ...['--project-name', 'doorstep-test', '--project-directory', ROOT, '--file', file],
    ...['--file', join(ROOT, 'test/containers/stand-in.yml')],
    ...(COMPOSE_OVERRIDE === '' ? [] : ['--file', COMPOSE_OVERRIDE]),
  ];
  const run = async (args: string[], changed: Record<string, string> = {}) => {
    const options = { env: { ...env, ...changed }, maxBuffer: 1e8, timeout: 400_000 };
    const { stdout, stderr } = await exec(engine, [...compose, ...args], options);
    return stripVTControlCharacters(stdout + stderr);
  };
  const failing = (args: string[], changed: Record<string, string> = {}) =>
    run(args, changed).then(
      (text) => Promise.reject(new Error(`did not fail: ${text}`)),
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
  const up = (changed = {}) => run(['up', '--detach'], changed);
  const written = () => run(['exec', '-T', 'app', 'sha256sum', '/state/.env']);

  /** @returns milliseconds until what `ps` says is as wanted. @throws after three minutes. */
  async function until(ps: string[], isWanted: (states: string) => boolean): Promise<number> {
    const from = performance.now();
    for (;;) {
      const states = await run(['ps', ...ps]).catch(() => '');
      if (isWanted(states)) return Math.round(performance.now() - from);
      if (performance.now() - from > 180_000) throw new Error(`still: ${states}`);
      await pause(300);
    }
  }
  const healthy = () =>
    until(
      ['--format', '{{.Service}} {{.Health}}'],
      (states) => (states.match(/ healthy/g) ?? []).length === 4,
    );

  let browser: Browser;
  const greets = async () => expect((await browser.get(APP)).body).toContain('Hello, Ada Lovelace');

  beforeAll(async () => {
    writeFileSync(file, moved(read('docker-compose.yml')));
    await run(['down', '--volumes', '--timeout', '1']);
    await up();
    await healthy();
    browser = await signIn(APP, LOGTO, 'ada-l');
  });
  afterAll(async () => {
    await run(['down', '--volumes', '--timeout', '1']);
    rmSync(folder, { recursive: true });
  });

  it(
    'F85 signs in through Logto, with a password of PostgreSQL of every kind of character',
    greets,
  );

  it('F85 a second up changes nothing', async () => {
    const before = await written();
    await up();
    expect(await written()).toBe(before);
    expect(await run(['logs', '--no-log-prefix', 'setup'])).toContain('Nothing is to do');
    await greets();
  });

  it('F85 C72 restart of all works, and set-up after it', async () => {
    await run(['restart']);
    await healthy();
    await greets();
    // Set-up is restarted too, beside a Logto that has only begun to start.
    const setUp = ['--all', 'setup', '--format', '{{.State}} {{.ExitCode}}'];
    await until(setUp, (state) => state.startsWith('exited'));
    expect((await run(['ps', ...setUp])).trim()).toBe('exited 0');
  });

  const appHealth = ['app', '--format', '{{.Health}}'];
  const startsAgain = async (name: string) => {
    await run(['start', name]);
    await healthy();
    await greets();
    await signIn(APP, LOGTO, 'ada-l');
  };

  it.each(['logto', 'redis'])(
    'F85 %s is gone: unhealthy, and well when it is back',
    async (name) => {
      await run(['kill', name]);
      await until(appHealth, (state) => state.trim() === 'unhealthy');
      await startsAgain(name);
    },
  );

  it('F85 without PostgreSQL the app stays healthy, and all is well when it is back', async () => {
    await run(['kill', 'postgres']);
    // Four checks: three that fail make it unhealthy.
    await pause(40_000);
    expect((await run(['ps', ...appHealth])).trim()).toBe('healthy');
    await startsAgain('postgres');
  });

  it.skipIf(RESTART_ENGINE === '')(
    'F85 the machine is rebooted, and all is well by itself',
    async () => {
      const [command = '', ...args] = words(RESTART_ENGINE);
      for (let reboot = 1; reboot <= Number(REBOOTS); reboot += 1) {
        await exec(command, args);
        process.stdout.write(`reboot ${reboot}: healthy after ${await healthy()} ms\n`);
        await greets();
      }
      expect((await (await signIn(APP, LOGTO, 'ada-l')).get(APP)).body).toContain(
        'Hello, Ada Lovelace',
      );
    },
  );

  it('F83 doorstep check works in the image, and names no npm script', async () => {
    const check = [
      'exec',
      '-T',
      'app',
      'node',
      '--env-file=/state/.env',
      '/usr/local/bin/doorstep',
      'check',
    ];
    const report = await run(check).catch((error: { stdout: string }) => error.stdout);
    process.stdout.write(report);
    expect(report).toMatch(/✓ Application/);
    expect(report).not.toContain('npm run');
  });

  it('F84 a wrong secret of Hugging Face stops set-up, and nothing is changed', async () => {
    await failing(['up', '--detach'], { HF_CLIENT_SECRET: 'wrong' });
    const log = await run(['logs', '--no-log-prefix', 'setup']);
    expect(log).toContain('Hugging Face does not take HF_CLIENT_ID with HF_CLIENT_SECRET');
    await up();
  });

  it('F83 the database is new, the volume with the settings is not: set-up names the volume', async () => {
    await run(['down']);
    await exec(engine, ['volume', 'rm', 'doorstep-test_postgres'], { env });
    await failing(['up', '--detach']);
    const log = await run(['logs', '--no-log-prefix', 'setup']);
    expect(log.replaceAll(/\s+/g, ' ')).toContain('docker volume rm doorstep_state');
  });

  it('F86 another password than the volume has is told in the log', async () => {
    await run(['down']);
    const changed = { POSTGRES_PASSWORD: 'another' };
    await failing(['up', '--detach'], changed);
    expect(await run(['logs', '--no-log-prefix', 'logto'], changed)).toContain(
      'POSTGRES_PASSWORD is not the one that the volume was made with',
    );
  });
});

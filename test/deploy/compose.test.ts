import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseConfig } from '../../src/site/config.ts';
import { readSettings } from '../../tools/setup/settings.ts';
import { read } from './files.ts';

const Service = z.looseObject({
  image: z.string().optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  restart: z.string().optional(),
});
const names = ['app', 'setup', 'redis', 'logto', 'postgres'] as const;
const Compose = z.looseObject({ services: z.record(z.enum(names), Service) });
const { services } = Compose.parse(parse(read('docker-compose.yml'), { merge: true }));
const { app, setup, logto, postgres } = services;

describe('docker-compose.yml', () => {
  const state = mkdtempSync(join(tmpdir(), 'doorstep-state-'));
  afterAll(() => rmSync(state, { recursive: true }));

  it('C25 gives the app a production environment that lacks only what set-up writes', () => {
    const written = {
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'of-the-application',
      SESSION_SECRET: 'kE9xQz7wLmVbT3f0rA5uJdS8nHcG2yPi1oXe6KWq',
    };
    expect(parseConfig({ ...expanded(app.environment), ...written })).toMatchObject({
      production: true,
      host: '0.0.0.0',
      port: 3000,
      trustProxy: [],
    });
  });

  it('C15 gives set-up all that it needs', () => {
    const { settings, problems } = readSettings(expanded(setup.environment));
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      endpoint: 'http://localhost:3001',
      tokenEndpoint: 'http://localhost:3002/oidc/token',
      baseUrl: 'http://localhost:3000',
    });
    expect(setup.environment).toMatchObject({
      HF_CLIENT_ID: expect.stringMatching(/^\$\{HF_CLIENT_ID:\?.*docs\/compose\.md/),
      HF_CLIENT_SECRET: expect.stringMatching(/^\$\{HF_CLIENT_SECRET:\?.*docs\/compose\.md/),
    });
  });

  it('starts the app with the file of a set-up that has ended well', () => {
    expect(setup.command).toContainEqual(expect.stringContaining('--file /state/.env'));
    expect(setup.volumes).toContain('state:/state');
    expect(app.command).toContain('--env-file=/state/.env');
    expect(app.volumes).toContain('state:/state:ro');
    expect(app.depends_on.setup?.condition).toBe('service_completed_successfully');
  });

  it.each([
    ['for a new Logto', null, 'true'],
    ['never again after that', 'LOGTO_APP_ID=id\n', ''],
  ])('makes the sign-in page social only %s', (_when, file, expected) => {
    if (file) writeFileSync(join(state, '.env'), file);
    const script = scriptOf(setup.command).replaceAll('/state', state);
    expect(script).toMatch(/exec node --import=\/forward.mjs tools\/setup\/main\.ts --yes/);
    const instead = script.replace(/exec node .*/, 'printf %s "$LOGTO_SOCIAL_ONLY"');
    expect(execFileSync('sh', ['-c', instead], { env: {}, encoding: 'utf8' })).toBe(expected);
  });

  it('F48 gives Logto a key for the tokens that it keeps: 32 bytes, made once, the same at every start', () => {
    const vault = mkdtempSync(join(state, 'vault-'));
    const script = scriptOf(logto.entrypoint);
    expect(script).toMatch(/npm run cli db seed -- --swe \|\| \{[^}]*\}\nexec npm start/);
    expect(logto.volumes).toContain('vault:/vault');
    const instead = script
      .replaceAll('/vault', vault)
      // Compose makes one dollar of two.
      .replaceAll('$$', '$')
      .replace(/^node --import=.*\n/m, '')
      .replace(/^npm run .*/ms, 'printf %s "$SECRET_VAULT_KEK"');
    const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, POSTGRES_PASSWORD: 'x' };
    const start = () => execFileSync('sh', ['-c', instead], { env, encoding: 'utf8' });
    const key = start();
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(key).toMatch(/^[\w+/]{43}=$/);
    expect(start()).toBe(key);
    expect(readdirSync(vault)).toEqual(['kek']);
    expect(statSync(join(vault, 'kek')).mode & 0o077).toBe(0);
  });

  it.each([
    ['to start', [], 'run cli db seed -- --swe\nstart\n'],
    ['to alter the database for a new version', ['alter'], 'run alteration deploy latest\n'],
  ])('C73 Logto’s container is asked %s', (_what, words, calls) => {
    const { status, stdout, stderr } = startLogto('echo "$*"', words);
    expect([status, stdout, stderr]).toEqual([0, calls, '']);
  });

  it('F86 a password that the volume does not have is told in the log of Logto', () => {
    const { status, stdout, stderr } = startLogto('echo "password authentication failed"; exit 1');
    expect([status, stdout]).toEqual([1, 'password authentication failed\n']);
    expect(stderr).toContain('POSTGRES_PASSWORD is not the one that the volume was made with');
  });

  /** The script of Logto's container, with something else for npm. */
  function startLogto(npm: string, words: string[] = []) {
    const bin = mkdtempSync(join(state, 'bin-'));
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const script = scriptOf(logto.entrypoint)
      .replaceAll('/vault', mkdtempSync(join(state, 'vault-')))
      .replaceAll('$$', '$')
      .replace(/^node --import=.*\n/m, '');
    const env = {
      PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
      POSTGRES_PASSWORD: 'p@ss/w#rd',
    };
    return spawnSync('sh', ['-c', script, ...words], { env, encoding: 'utf8' });
  }

  it('publishes on loopback only', () => {
    expect(Object.values(services).flatMap(({ ports }) => ports)).toEqual([
      '127.0.0.1:3000:3000',
      '127.0.0.1:3001:3001',
      '127.0.0.1:3002:3002',
    ]);
  });

  it('C17 lets Logto call the app back', () => {
    expect(logto.environment).toMatchObject({
      OIDC_PROVIDER_SSRF_PROTECTION_DISABLED: 'true',
      FORWARD: '3000=app:3000',
    });
    expect(logto.entrypoint?.join()).toContain('node --import=/forward.mjs');
  });

  it('F85 no service lives in the network of another, and all but set-up come back by themselves', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service).not.toHaveProperty('network_mode');
      expect(service.restart).toBe(name === 'setup' ? undefined : 'unless-stopped');
    }
    for (const { volumes } of [app, setup, logto]) {
      expect(volumes).toContain('./deploy/compose/forward.mjs:/forward.mjs:ro');
    }
  });

  it('F85 the app’s health is what a visitor needs', () => {
    const test = app.healthcheck?.test.join(' ');
    expect(test).toContain('http://app:3000/readyz');
    expect(test).toContain('http://localhost:3001/oidc/.well-known/openid-configuration');
    expect(read('Dockerfile')).toContain('/healthz');
  });

  it.each(['p@ss/w#rd', 'a:b?c&d=e%f+g h', '"quoted" $HOME `id` \\'])(
    'F86 a password of PostgreSQL may be %s',
    (password) => {
      // Compose makes one $ of two.
      const script = scriptOf(logto.entrypoint).replaceAll('$$', '$');
      const assignment = /^export DB_URL=.*$/m.exec(script)?.[0] ?? '';
      const url = execFileSync('sh', ['-c', `${assignment}\nprintf %s "$DB_URL"`], {
        env: { PATH: process.env.PATH, POSTGRES_PASSWORD: password },
        encoding: 'utf8',
      });
      expect(decodeURIComponent(new URL(url).password)).toBe(password);
      expect(new URL(url).host).toBe('postgres:5432');
    },
  );

  it('F86 no password is pasted into an address', () => {
    const values = Object.values(services).flatMap(({ environment }) => Object.values(environment));
    expect(values.filter((value) => /:\/\/.*\$\{/.test(value))).toEqual([]);
    expect(setup.environment.PGPASSWORD).toBe(postgres.environment.POSTGRES_PASSWORD);
    expect(logto.environment.POSTGRES_PASSWORD).toBe(postgres.environment.POSTGRES_PASSWORD);
  });
});

/** What `sh -c` is given. */
function scriptOf(command: string | string[] | undefined): string {
  return Array.isArray(command) ? (command[command.indexOf('-c') + 1] ?? '') : '';
}

/** With nothing in .env. */
function expanded(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\$\{\w+:-(.*)\}$/, (_, otherwise) => otherwise),
    ]),
  );
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/site/config.ts';
import { readSettings } from '../../tools/setup/settings.ts';
import { read } from './files.ts';

const compose = read('docker-compose.yml');
const shared = variablesOf(/\nx-app-environment: .*\n((?: .*\n)+)/.exec(compose)?.[1] ?? '');
const serviceText = (name: string) =>
  new RegExp(`\\n {2}${name}:\\n((?: {4}.*\\n|\\n)+)`).exec(compose)?.[1] ?? '';
const app = serviceText('app');
const setup = serviceText('setup');
const logto = serviceText('logto');

describe('docker-compose.yml', () => {
  const state = mkdtempSync(join(tmpdir(), 'doorstep-state-'));
  afterAll(() => rmSync(state, { recursive: true }));

  it('C25 gives the app a production environment that lacks only what set-up writes', () => {
    const written = {
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'of-the-application',
      SESSION_SECRET: 'kE9xQz7wLmVbT3f0rA5uJdS8nHcG2yPi1oXe6KWq',
    };
    expect(app).toContain('environment: *app-environment');
    expect(parseConfig({ ...shared, ...written })).toMatchObject({
      production: true,
      host: '0.0.0.0',
      port: 3000,
      trustProxy: [],
    });
  });

  it('C15 gives set-up all that it needs', () => {
    expect(setup).toContain('<<: *app-environment');
    const hereOnly = variablesOf(setup);
    const database = /&logto-database (.*)/.exec(compose)?.[1] ?? '';
    const environment = { ...shared, ...hereOnly, LOGTO_DB_URL: database };
    const { settings, problems } = readSettings(environment);
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      endpoint: 'http://localhost:3001',
      tokenEndpoint: 'http://localhost:3002/oidc/token',
      baseUrl: 'http://localhost:3000',
    });
    expect(hereOnly).toMatchObject({
      HF_CLIENT_ID: expect.stringMatching(/^\$\{HF_CLIENT_ID:\?.*docs\/compose\.md/),
      HF_CLIENT_SECRET: expect.stringMatching(/^\$\{HF_CLIENT_SECRET:\?.*docs\/compose\.md/),
    });
  });

  it('starts the app with the file of a set-up that has ended well', () => {
    expect(setup).toContain('--file /state/.env');
    expect(setup).toContain('- state:/state\n');
    expect(app).toContain('--env-file=/state/.env');
    expect(app).toContain('- state:/state:ro\n');
    expect(app).toMatch(/setup:\n +condition: service_completed_successfully/);
  });

  it.each([
    ['for a new Logto', null, 'true'],
    ['never again after that', 'LOGTO_APP_ID=id\n', ''],
  ])('makes the sign-in page social only %s', (_when, file, expected) => {
    if (file) writeFileSync(join(state, '.env'), file);
    const script = /- sh\n +- -c\n +- (.*)\n/.exec(setup)?.[1]?.replaceAll('/state', state) ?? '';
    expect(script).toMatch(/exec node tools\/setup\/main\.ts --yes/);
    const instead = script.replace(/exec node .*/, 'printf %s "$LOGTO_SOCIAL_ONLY"');
    expect(execFileSync('sh', ['-c', instead], { env: {}, encoding: 'utf8' })).toBe(expected);
  });

  it('F48 gives Logto a key for the tokens that it keeps: 32 bytes, made once, the same at every start', () => {
    const vault = mkdtempSync(join(state, 'vault-'));
    const script = /- \|\n((?: {8}.*\n)+)/.exec(logto)?.[1] ?? '';
    expect(script).toContain('npm run cli db seed -- --swe && exec npm start');
    expect(logto).toContain('- vault:/vault\n');
    const instead = script
      .replaceAll('/vault', vault)
      // Compose makes one dollar of two.
      .replaceAll('$$', '$')
      .replace(/npm run .*/, 'printf %s "$SECRET_VAULT_KEK"');
    const start = () => execFileSync('sh', ['-c', instead], { encoding: 'utf8' });
    const key = start();
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(key).toMatch(/^[\w+/]{43}=$/);
    expect(start()).toBe(key);
    expect(readdirSync(vault)).toEqual(['kek']);
    expect(statSync(join(vault, 'kek')).mode & 0o077).toBe(0);
  });

  it('publishes on loopback only', () => {
    const published = [...compose.matchAll(/^ +- (.*:\d+:\d+)$/gm)];
    expect(published.map(([, port]) => port)).toEqual([
      '127.0.0.1:3000:3000',
      '127.0.0.1:3001:3001',
      '127.0.0.1:3002:3002',
    ]);
  });

  it('C17 lets Logto call the app back, in one network with it', () => {
    expect(variablesOf(logto)).toMatchObject({ OIDC_PROVIDER_SSRF_PROTECTION_DISABLED: 'true' });
    for (const service of [app, setup]) expect(service).toContain('network_mode: service:logto');
  });
});

/** The variables that are written out in a piece of the file, with nothing in .env. */
function variablesOf(text: string): Record<string, string> {
  const lines = text.matchAll(/^ +([A-Z][A-Z_]+): '?(.*?)'?$/gm);
  return Object.fromEntries(
    [...lines].map(([, name = '', value = '']) => [
      name,
      value.replace(/^\$\{\w+:-(.*)\}$/, (_, otherwise) => otherwise),
    ]),
  );
}

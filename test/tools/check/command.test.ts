import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../deploy/files.ts';
import { CLIENT, type Doorstep, SESSION_SECRET, startDoorstep } from '../../harness/doorstep.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as an operator starts it, with nothing in its environment but what is given. */
const check = (args: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'tools/check/main.ts', ...args],
      { env: { PATH: process.env.PATH, ...environment } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

it('Node reads .env once: tsx as a command starts it twice, and both say that there is none', () => {
  const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;
  const withEnv = Object.values(scripts).filter((script) => script.includes('--env-file'));
  expect(withEnv.length).toBeGreaterThan(0);
  for (const script of withEnv) expect(script).toMatch(/^node /);
});

describe.concurrent('the command', () => {
  let doorstep: Doorstep;
  beforeAll(async () => {
    doorstep = await startDoorstep({ redisSettings: ['--appendonly', 'yes'] });
  });
  afterAll(() => doorstep.close());

  it('explains itself, and ends with 2, when it is called wrongly', async () => {
    const { code, stdout, stderr } = await check(['--nope']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Exit code');
    for (const line of stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('ends with 1 when something is wrong', async () => {
    const { code, stdout, stderr } = await check([]);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('✗ Environment: LOGTO_ENDPOINT is missing');
  });

  it('finds the stand-ins and a running app in order, with what is only for trying marked', async () => {
    const { code, stdout, stderr } = await check(['--json'], {
      BASE_URL: doorstep.url,
      SESSION_SECRET,
      LOGTO_ENDPOINT: doorstep.logto.endpoint,
      LOGTO_APP_ID: CLIENT.id,
      LOGTO_APP_SECRET: CLIENT.secret,
      ...(doorstep.redisServer && { REDIS_URL: doorstep.redisServer.url }),
    });
    expect(stderr).toBe('');
    const { ok, checks } = JSON.parse(stdout);
    const named = (status: string) =>
      checks
        .filter((one: { status: string }) => one.status === status)
        .map((one: { check: string }) => one.check);
    expect(named('error')).toEqual([]);
    // Depends on the Redis of this machine.
    expect(named('warning').filter((name: string) => name !== 'Redis version')).toEqual(
      // The stand-in's connector asks for the e-mail address.
      ['Direct sign-in', 'Connector scope', 'Back-channel logout'],
    );
    expect(named('skipped')).toEqual([
      ...(hasRedisServer ? [] : ['Redis', 'Redis version', 'Redis eviction', 'Redis persistence']),
      'Hugging Face app',
      'Management API',
      'Application settings',
      'API resource',
    ]);
    expect(ok).toBe(true);
    expect(code).toBe(0);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../harness/free-port.ts';

const APP = {
  LOGTO_ENDPOINT: 'http://127.0.0.1:1',
  LOGTO_APP_ID: 'app',
  LOGTO_APP_SECRET: 'app-secret-of-the-tests',
};

/** As before `| head -0`: whoever reads has left before the first line. */
async function withoutReader(file: string, words: string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...words], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describe('C39 nobody reads what a command prints', () => {
  it.each([
    ['check', ['--help'], 0, {}],
    ['check', [], 1, {}],
    ['check', [], 1, APP],
    ['check', ['--json'], 1, APP],
    ['setup', ['--help'], 0, {}],
    ['setup', ['--yes', '--file', '/nowhere/.env'], 2, {}],
    ['sessions', ['--help'], 0, {}],
  ])(
    'C39 %s %j ends with its own code, %i, and no stack trace',
    async (tool, words, code, environment) => {
      const ended = await withoutReader(`tools/${tool}/main.ts`, words, environment);
      expect(ended).toEqual({ code, stderr: '' });
    },
  );

  it('C39 the demo ends', async () => {
    const [PORT = 0, DEMO_LOGTO_PORT = 0, DEMO_HUGGING_FACE_PORT = 0] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
    ]);
    const ports = { PORT, DEMO_LOGTO_PORT, DEMO_HUGGING_FACE_PORT };
    const environment = Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, String(port)]),
    );
    const { code, stderr } = await withoutReader('demo/main.ts', [], environment);
    expect(code).toBe(0);
    // oidc-provider warns of old versions of Node.
    expect(stderr.replace(/^oidc-provider WARNING: .*\n/gm, '')).toBe('');
  });
});

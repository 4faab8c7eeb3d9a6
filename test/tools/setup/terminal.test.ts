import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Prompts } from '../../../tools/setup/ask.ts';
import { addApplication, createWorkplace, EVERYTHING, person, type Workplace } from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

const EMPTY = {
  LOGTO_ENDPOINT: '',
  LOGTO_M2M_APP_ID: '',
  LOGTO_M2M_APP_SECRET: '',
  HF_CLIENT_ID: '',
  HF_CLIENT_SECRET: '',
};

describe('when nobody is at the terminal', () => {
  it('fails with the whole list of what is missing or wrong, and calls nobody', async () => {
    const environment = { ...EMPTY, BASE_URL: 'http://app.example.com', PORT: 'x' };
    const { code, text } = await place.setUp({ environment });
    expect(code).toBe(2);
    expect(text).toContain('7 settings are missing or wrong');
    for (const name of Object.keys(environment)) expect(text).toContain(`- ${name} `);
    expect(place.logto.calls).toEqual([]);
  });

  it.each([
    [{ LOGTO_DB_URL: 'postgres://x/logto' }, ['LOGTO_ADMIN_ENDPOINT']],
    [{ LOGTO_M2M_APP_ID: 'm-default' }, ['LOGTO_M2M_APP_SECRET', 'LOGTO_ADMIN_ENDPOINT']],
    [{ LOGTO_M2M_APP_SECRET: 'x' }, ['LOGTO_M2M_APP_ID']],
    [
      { NODE_ENV: 'production', BASE_URL: '' },
      ['LOGTO_M2M_APP_ID', 'LOGTO_M2M_APP_SECRET', 'BASE_URL'],
    ],
  ])('knows which credentials go together: %o', async (given, missing) => {
    const environment = { LOGTO_M2M_APP_ID: '', LOGTO_M2M_APP_SECRET: '', ...given };
    const { text } = await place.setUp({ environment });
    expect([...text.matchAll(/- (\w+) is missing/g)].map(([, name]) => name)).toEqual(missing);
  });

  it('does nothing without --yes', async () => {
    const { code, text } = await place.setUp({ argv: [] });
    expect(code).toBe(2);
    expect(text).toContain('add --yes');
    expect(place.logto.writes()).toEqual([]);
  });

  it('as a process: the list, --help, a flag that does not exist', async () => {
    const [missing, help, unknown] = await Promise.all([
      spawnMain(['--file', place.envPath]),
      spawnMain(['--help']),
      spawnMain(['--nope']),
    ]);
    expect([missing.code, help.code, unknown.code]).toEqual([2, 0, 2]);
    expect(missing.text).toContain('LOGTO_ENDPOINT is missing');
    expect(help.text).toContain('--dry-run');
    expect(unknown.text).toContain("Unknown option '--nope'");
    for (const line of help.text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('when somebody is', () => {
  it('asks for what is missing, and keeps for the app what the app needs', async () => {
    const asked: string[] = [];
    const { endpoint } = place.logto;
    const prompts: Prompts = {
      say: (text) => void asked.push(text),
      text: async (question, validate) => {
        asked.push(question);
        if (!question.includes('Address of your Logto')) return 'hf-client-id-0000';
        expect(validate('logto')).toMatch('It must be an address such as');
        expect(validate(endpoint)).toBe(true);
        return endpoint;
      },
      secret: async (question) => {
        asked.push(question);
        return 'hf-secret-0000';
      },
      choose: async () => '',
      confirm: async () => true,
    };
    const environment = {
      ...EMPTY,
      LOGTO_M2M_APP_ID: 'm2m-app',
      LOGTO_M2M_APP_SECRET: 'm2m-secret-0000',
    };
    const { code } = await place.setUp({ argv: [], environment, prompts });
    expect(code).toBe(0);
    expect(asked).toHaveLength(4);
    expect(asked[1]).toContain(`${endpoint}/callback/huggingface`);
    expect(await place.env()).toMatchObject({
      LOGTO_ENDPOINT: endpoint,
      LOGTO_APP_ID: 'application-1',
    });
    expect(await place.envText()).not.toContain('hf-secret-0000');
  });

  it('changes nothing after a no, or Ctrl-C', async () => {
    const interrupted = new Error('User force closed the prompt');
    interrupted.name = 'ExitPromptError';
    const answers = [async () => false, async () => Promise.reject(interrupted)];
    const codes = [];
    for (const confirm of answers) {
      codes.push((await place.setUp({ argv: [], prompts: person({ confirm }) })).code);
    }
    expect(codes).toEqual([0, 130]);
    expect(place.logto.writes()).toEqual([]);
  });
});

describe('what is printed', () => {
  it('reads the same without colours, within 80 columns', async () => {
    const plain = await place.setUp({ ...EVERYTHING, argv: ['--dry-run', '--default-role'] });
    const coloured = await place.setUp({
      ...EVERYTHING,
      argv: ['--dry-run', '--default-role'],
      colour: true,
    });
    expect(stripVTControlCharacters(coloured.text)).toBe(plain.text);
    expect(coloured.text).not.toBe(plain.text);
    for (const line of plain.text.split('\n')) {
      if (!line.includes(place.envPath)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  it('puts a long address on a line of its own', async () => {
    const BASE = `https://${'a-long-name.'.repeat(5)}example.com`;
    const { text } = await place.setUp({ argv: ['--dry-run'], environment: { BASE_URL: BASE } });
    expect(text).toMatch(new RegExp(`\\+ redirect URI\n +${BASE}/callback\n`));
  });

  it('C39 shows names that others gave without obeying them', async () => {
    const name = 'Front\x9b2J\u202e\x1b]0;x\x07';
    const redirectUris = ['http://localhost:3000/callback'];
    addApplication(place, {
      name,
      oidcClientMetadata: { redirectUris, postLogoutRedirectUris: [] },
    });
    const plain = await place.setUp({ argv: ['--dry-run'] });
    expect(plain.text).toContain('Application "Front\\u{9b}2J\\u{202e}\\u{1b}]0;x\\u{7}"');
    const asJson = await place.setUp({ argv: ['--dry-run', '--json'] });
    expect(JSON.parse(asJson.text).plan[0].title).toBe(`Application "${name}"`);
    addApplication(place, {
      name: 'Doorstep\x9b',
      oidcClientMetadata: { redirectUris, postLogoutRedirectUris: [] },
    });
    const ambiguous = await place.setUp();
    expect(ambiguous.code).toBe(1);
    for (const { text } of [plain, asJson, ambiguous]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('is one JSON document with --json, also when it fails', async () => {
    const done = JSON.parse((await place.setUp({ argv: ['--json', '--yes'] })).text);
    expect(done).toMatchObject({
      outcome: 'done',
      plan: [{ title: 'Application "Doorstep"', action: 'create' }, {}, {}, {}, {}, {}],
      huggingFace: { redirectUri: `${place.logto.endpoint}/callback/huggingface` },
    });
    expect(done.done).toHaveLength(6);
    const again = JSON.parse((await place.setUp({ argv: ['--json'] })).text);
    expect(again).toMatchObject({ outcome: 'nothing to do', done: [] });
    // Of five, the file has LOGTO_ENDPOINT by now.
    const failed = await place.setUp({ argv: ['--json'], environment: EMPTY });
    expect(JSON.parse(failed.text)).toMatchObject({ outcome: 'failed', done: [] });
    expect(JSON.parse(failed.text).error.problems).toHaveLength(4);
  });
});

async function spawnMain(argv: string[]): Promise<{ code: unknown; text: string }> {
  const main = fileURLToPath(new URL('../../../tools/setup/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...argv], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, text };
}

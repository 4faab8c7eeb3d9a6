import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API, type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { runScript } from '../harness/process.ts';

const EDITOR = {
  id: 'a-script',
  secret: 'script-secret-0000',
  scopes: ['read:books', 'write:books'],
};
const READER = { id: 'a-reader', secret: 'reader-secret-0000', scopes: ['read:books'] };

describe('F72 examples/api-client, a program with a machine-to-machine token', () => {
  let app: Doorstep;
  beforeAll(async () => {
    const machines = [EDITOR, READER];
    app = await startDoorstep({ environment: WHOLE_SITE, logto: { machines } });
  });
  afterAll(() => app.close());

  const run = async ({ id, secret }: { id: string; secret: string }, resource = API) => {
    const child = runScript('examples/api-client/main.ts', {
      LOGTO_ENDPOINT: app.logto.endpoint,
      CLIENT_ID: id,
      CLIENT_SECRET: secret,
      API_RESOURCE: resource,
      API_URL: `${app.url}/api`,
    });
    return { code: await child.ended, output: child.output() };
  };

  it('adds a book, and lists what there is', async () => {
    const first = await run(EDITOR);
    expect(first).toEqual({
      code: 0,
      output: expect.stringMatching(/^Added [0-9a-f-]{36}\. There are now 1\.\n$/),
    });
    expect((await run(EDITOR)).output).toContain('There are now 2.');
  });

  it('says what is missing: a permission, the API, the secret', async () => {
    const denied = await run(READER);
    expect(denied.code).toBe(1);
    expect(denied.output).toContain('403 ');
    expect(denied.output).toContain('write:books');
    const elsewhere = await run(EDITOR, 'https://other.example/api');
    expect(elsewhere.output).toContain('Logto gives no token: 400');
    const wrong = await run({ ...EDITOR, secret: 'wrong' });
    expect(wrong.output).toContain('Logto gives no token: 401');
    for (const { output } of [denied, elsewhere, wrong])
      expect(output).not.toContain(EDITOR.secret);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startHuggingFace } from '../../../demo/hugging-face/index.ts';
import { NotYet, SetupError } from '../../../tools/setup/errors.ts';
import { readSeededSecret } from '../../../tools/setup/seeded-secret.ts';
import { createWorkplace, HF_SECRET, type Workplace } from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

/** A clock that goes on as long as set-up waits. */
const clock = () => 1_800_000_000_000 + place.waits.reduce((sum, wait) => sum + wait, 0);
const FRESH = {
  LOGTO_M2M_APP_ID: '',
  LOGTO_M2M_APP_SECRET: '',
  LOGTO_DB_URL: 'postgres://postgres@postgres/logto',
  LOGTO_ADMIN_ENDPOINT: '',
};
const fresh = () => ({ ...FRESH, LOGTO_ADMIN_ENDPOINT: place.logto.endpoint });

describe('F83 set-up in a container', () => {
  it('F83 tries PostgreSQL again while it is not there', async () => {
    let tries = 0;
    const { text } = await place.setUp({
      environment: fresh(),
      now: clock,
      readSeededSecret: async () => {
        tries += 1;
        if (tries < 3) throw new NotYet('PostgreSQL can’t be reached.');
        throw new SetupError('Found it.');
      },
    });
    expect(text).toContain('PostgreSQL does not answer yet. Trying again in 3 s.');
    expect(text).toContain('✗ Found it.');
    expect(place.waits).toEqual([3000, 3000]);
  });

  it('F83 gives up after a minute, with one line', async () => {
    const { code, text } = await place.setUp({
      environment: fresh(),
      now: clock,
      readSeededSecret: () => Promise.reject(new NotYet('PostgreSQL can’t be reached.')),
    });
    expect(code).toBe(1);
    expect(text.match(/✗/g)).toHaveLength(1);
    expect(place.waits.reduce((sum, wait) => sum + wait, 0)).toBe(60_000);
  });

  it('C72 waits a minute for a Logto that starts beside it, as when all are restarted', async () => {
    let connections = 0;
    const logto = createServer((_req, res) => {
      res.end(JSON.stringify({ issuer: 'http://logto.example/oidc' }));
    }).on('connection', (socket) => {
      connections += 1;
      if (connections < 3) socket.destroy();
    });
    await once(logto.listen(0, 'localhost'), 'listening');
    onTestFinished(() => void logto.close());
    const address = logto.address();
    const endpoint = `http://localhost:${typeof address === 'object' ? address?.port : ''}`;
    const { text } = await place.setUp({
      environment: { ...fresh(), LOGTO_ENDPOINT: endpoint },
      now: clock,
      readSeededSecret: async () => 'of-the-seed',
    });
    expect(place.waits).toEqual([3000, 3000]);
    expect(text).toContain('Logto does not answer yet. Trying again in 3 s.');
    expect(text).toContain('calls itself http://logto.example');
  });

  it.each([
    ['with the database of that Logto, a minute', FRESH, 60_000],
    ['with credentials of a person, not at all', {}, 0],
  ])('C72 a Logto that stays away is waited for %s', async (_what, given, waited) => {
    const { code, text } = await place.setUp({
      environment: {
        ...given,
        LOGTO_ADMIN_ENDPOINT: place.logto.endpoint,
        LOGTO_ENDPOINT: 'http://localhost:1',
      },
      now: clock,
      readSeededSecret: async () => 'of-the-seed',
    });
    expect(code).toBe(1);
    expect(text.match(/✗/g)).toHaveLength(1);
    expect(place.waits.reduce((sum, wait) => sum + wait, 0)).toBe(waited);
  });

  it.each(['postgres://postgres@127.0.0.1:1/logto', 'postgres://postgres@nowhere.invalid/logto'])(
    'F83 %s may be there in a moment',
    async (url) => {
      await expect(readSeededSecret(url)).rejects.toThrow(NotYet);
    },
  );

  it('F83 says what works there', async () => {
    const { text } = await place.setUp({ environment: { NODE_ENV: 'production' } });
    expect(text).toContain('doorstep check');
    expect(text).not.toContain('npm run');
  });

  it('F83 says which volume an unknown application lies in', async () => {
    const { code, text } = await place.setUp({ environment: { LOGTO_APP_ID: 'of-another' } });
    expect(code).toBe(1);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('docker volume rm doorstep_state');
  });
});

describe('F84 the credentials of the OAuth app', () => {
  const REDIRECT = 'http://localhost:3001/callback/huggingface';
  const withSecret = async (secret: string) => {
    const clients = [{ id: 'hf-client-id-0000', secret: HF_SECRET, redirectUris: [REDIRECT] }];
    const standIn = await startHuggingFace({ port: 0, appName: 'Doorstep', clients });
    const huggingFace = async (request: Request) =>
      fetch(request.url.replace('https://huggingface.co', standIn.url), {
        method: request.method,
        headers: request.headers,
        body: await request.text(),
      });
    const result = await place.setUp({ environment: { HF_CLIENT_SECRET: secret }, huggingFace });
    await standIn.close();
    return { ...result, calls: standIn.calls.token };
  };

  it('F84 wrong ones stop set-up before it changes anything', async () => {
    const { code, text, calls } = await withSecret('not-the-secret');
    expect(code).toBe(1);
    expect(calls).toBe(1);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('does not take HF_CLIENT_ID');
    expect(text).not.toContain('not-the-secret');
    expect(place.logto.state.applications).toEqual([]);
    expect(await place.envExists()).toBe(false);
  });

  it('F84 right ones change nothing of what it says', async () => {
    expect(await withSecret(HF_SECRET)).toMatchObject({ code: 0, calls: 1 });
  });

  it.each([
    ['an answer that tells nothing', () => Promise.resolve(new Response('busy', { status: 503 }))],
    [
      'another error',
      () => Promise.resolve(Response.json({ error: 'invalid_request' }, { status: 400 })),
    ],
    ['none', () => Promise.reject(new TypeError('fetch failed'))],
  ])('F84 goes on after %s', async (_what, huggingFace) => {
    expect((await place.setUp({ huggingFace })).code).toBe(0);
  });
});

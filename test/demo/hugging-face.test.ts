import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { accounts } from '../../demo/accounts.ts';
import { type HuggingFaceStandIn, startHuggingFace } from '../../demo/hugging-face/index.ts';
import { createBrowser } from './browser.ts';
import { call } from './relying-party.ts';

const callback = 'http://localhost:9/callback/huggingface';
const credentials = { authorization: `Basic ${Buffer.from('logto:secret').toString('base64')}` };
let huggingFace: HuggingFaceStandIn;

beforeAll(async () => {
  const clients = [{ id: 'logto', secret: 'secret', redirectUris: [callback] }];
  huggingFace = await startHuggingFace({ port: 0, appName: 'Doorstep', clients });
});
afterAll(() => huggingFace.close());

function authorizeUrl(changes: Record<string, string> = {}): string {
  const params = {
    response_type: 'code',
    client_id: 'logto',
    redirect_uri: callback,
    scope: 'openid profile email',
    state: 'a&b="c"',
    ...changes,
  };
  return `${huggingFace.url}/oauth/authorize?${new URLSearchParams(params)}`;
}

async function decide(fields: Record<string, string>, changes = {}): Promise<URLSearchParams> {
  const browser = createBrowser();
  await browser.get(authorizeUrl(changes));
  const page = await browser.submit(fields, { until: callback });
  return new URL(page.stoppedAt ?? 'about:blank').searchParams;
}

const codeFor = async (username: string, changes = {}) =>
  (await decide({ decision: 'authorize', username }, changes)).get('code') ?? '';

const exchange = (code: string, changes: Record<string, string> = {}, headers = credentials) => {
  const form = { grant_type: 'authorization_code', code, redirect_uri: callback, ...changes };
  return call(`${huggingFace.url}/oauth/token`, form, headers);
};

async function userinfoOf(username: string, changes = {}) {
  const { body } = await exchange(await codeFor(username, changes));
  const headers = { authorization: `Bearer ${body.access_token}` };
  return call(`${huggingFace.url}/oauth/userinfo`, null, headers);
}

describe('authorize', () => {
  it('F122 initials of emoji are whole characters', async () => {
    const [, otter] = accounts;
    const names = ['🦦 Otter', '🎉 🦦'];
    for (const name of names) {
      Object.assign(otter ?? {}, { name });
      const { body } = await createBrowser().get(authorizeUrl());
      // What a half of a pair becomes on its way.
      expect(body).not.toContain('\ufffd');
    }
    Object.assign(otter ?? {}, { name: null });
  });

  it('offers the invented accounts and says what the app will see', async () => {
    const { body } = await createBrowser().get(authorizeUrl());
    for (const words of ['Ada Lovelace', '@quiet-otter', 'Your e-mail address', 'Authorize']) {
      expect(body).toContain(words);
    }
  });

  it('promises no e-mail address without the scope', async () => {
    const { body } = await createBrowser().get(authorizeUrl({ scope: 'openid profile' }));
    expect(body).not.toContain('Your e-mail address');
  });

  it('returns a code and the state', async () => {
    const query = await decide({ decision: 'authorize', username: 'ada-l' });
    expect(query.get('code')).toMatch(/^[0-9a-f]{32}$/);
    expect(query.get('state')).toBe('a&b="c"');
  });

  it('returns access_denied after Cancel', async () => {
    const query = await decide({ decision: 'cancel' });
    expect(Object.fromEntries(query)).toMatchObject({ error: 'access_denied', state: 'a&b="c"' });
    expect(query.has('code')).toBe(false);
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['an unregistered redirect_uri', { redirect_uri: `${callback}/else` }],
    ['another response_type', { response_type: 'token' }],
  ])('refuses %s with 400, without a redirect', async (_what, changes) => {
    const page = await createBrowser().get(authorizeUrl(changes), { follow: false });
    expect(page.status).toBe(400);
    expect(page.headers.get('content-type')).toContain('text/plain');
  });

  it('refuses an account that was not invented', async () => {
    const browser = createBrowser();
    await browser.get(authorizeUrl());
    const page = await browser.submit({ decision: 'authorize', username: 'mallory' });
    expect(page.status).toBe(400);
  });

  it('escapes what it shows again', async () => {
    const { body } = await createBrowser().get(authorizeUrl({ state: '"><script>alert(1)' }));
    expect(body).not.toContain('<script>alert');
  });
});

describe('token', () => {
  it('gives a bearer token for a code, once', async () => {
    const code = await codeFor('ada-l');
    const first = await exchange(code);
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.body).toMatchObject({ token_type: 'bearer', scope: 'openid profile email' });
    expect((await exchange(code)).body.error).toBe('invalid_grant');
  });

  it('checks the redirect_uri', async () => {
    const changes = { redirect_uri: `${callback}/else` };
    const { status, body } = await exchange(await codeFor('ada-l'), changes);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('refuses an unknown grant type and a missing parameter', async () => {
    const unknown = await exchange('x', { grant_type: 'password' });
    expect(unknown.body.error).toBe('unsupported_grant_type');
    const missing = await call(`${huggingFace.url}/oauth/token`, { code: 'x' }, credentials);
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_request']);
  });

  it.each([
    '',
    'Basic',
    'Basic bm9wZQ==',
    `Basic ${Buffer.from('logto:wrong').toString('base64')}`,
  ])('refuses the credentials "%s"', async (authorization) => {
    const { status, body } = await exchange('x', {}, { authorization });
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('forgets codes after ten minutes and tokens after eight hours', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const old = await codeFor('ada-l');
      const { body } = await exchange(await codeFor('ada-l'));
      vi.setSystemTime(Date.now() + 10 * 60_000);
      expect((await exchange(old)).body.error).toBe('invalid_grant');
      vi.setSystemTime(Date.now() + 8 * 60 * 60_000);
      const headers = { authorization: `Bearer ${body.access_token}` };
      expect((await call(`${huggingFace.url}/oauth/userinfo`, null, headers)).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('refresh tokens', () => {
  const renew = (refresh_token: unknown) =>
    call(
      `${huggingFace.url}/oauth/token`,
      { grant_type: 'refresh_token', refresh_token: String(refresh_token) },
      credentials,
    );

  it('rotate, are kept, or are not given', async () => {
    const first = (await exchange(await codeFor('ada-l'))).body.refresh_token;
    const second = await renew(first);
    expect(second.body.access_token).toMatch(/^hf_oauth_/);
    expect(second.body.refresh_token).not.toBe(first);
    expect((await renew(first)).body.error).toBe('invalid_grant');

    huggingFace.setTokens({ refreshTokens: 'kept' });
    const kept = (await exchange(await codeFor('ada-l'))).body.refresh_token;
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await renew(kept);
      expect([status, body.refresh_token]).toEqual([200, undefined]);
    }

    huggingFace.setTokens({ refreshTokens: 'none' });
    expect((await exchange(await codeFor('ada-l'))).body.refresh_token).toBeUndefined();
    huggingFace.setTokens({ refreshTokens: 'rotating' });
  });
});

describe('what a token opens', () => {
  const SCOPE = { scope: 'openid profile inference-api' };
  const tokenOf = async (username: string) =>
    String((await exchange(await codeFor(username, SCOPE), {})).body.access_token);
  const chat = async (token: string, body: object) =>
    fetch(`${huggingFace.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const Completion = z.object({
    choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })]),
  });
  const QUESTION = { model: 'any/model', messages: [{ role: 'user', content: 'Hello?' }] };

  it('whoami-v2 names the person and their organizations', async () => {
    const headers = { authorization: `Bearer ${await tokenOf('ada-l')}` };
    const { body } = await call(`${huggingFace.url}/api/whoami-v2`, null, headers);
    expect(body).toMatchObject({ type: 'user', name: 'ada-l', isPro: true });
    expect(body.orgs).toMatchObject([{ name: 'analytical-engines', roleInOrg: 'admin' }, {}]);
  });

  it('a model answers Ada, and says that it is a stand-in', async () => {
    const token = await tokenOf('ada-l');
    const whole = Completion.parse(await (await chat(token, QUESTION)).json());
    const answer = whole.choices[0].message.content;
    expect(answer).toContain('stand-in for Hugging Face');
    const stream = await chat(token, { ...QUESTION, stream: true });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const events = (await stream.text()).trim().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    const words = events.slice(0, -1).map((event) => {
      return JSON.parse(event.slice('data: '.length)).choices[0].delta.content ?? '';
    });
    expect(words.join('')).toBe(answer);
  });

  it('quiet-otter gave no permission for that; and it fails as it is told', async () => {
    expect((await chat(await tokenOf('quiet-otter'), QUESTION)).status).toBe(403);
    const token = await tokenOf('ada-l');
    expect((await chat('nonsense', QUESTION)).status).toBe(401);
    expect((await chat(token, { model: 'x' })).status).toBe(422);
    for (const status of [402, 404, 429, 503]) {
      huggingFace.failNext('chat', { status, body: { error: 'as told' } });
      expect((await chat(token, QUESTION)).status).toBe(status);
    }
  });

  it('there are no scopes but those that are documented', async () => {
    const page = await createBrowser().get(authorizeUrl({ scope: 'openid everything' }));
    expect(page.status).toBe(400);
  });
});

describe('userinfo', () => {
  it('C93 nobody has a picture that was not drawn, whatever JavaScript has of that name', async () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      const { status } = await fetch(`${huggingFace.url}/avatars/${name}.svg`);
      expect([name, status]).toEqual([name, 404]);
    }
  });

  it('knows Ada, her organizations and her picture', async () => {
    const { body } = await userinfoOf('ada-l');
    expect(body).toMatchObject({
      name: 'Ada Lovelace',
      preferred_username: 'ada-l',
      email: 'ada@example.org',
      profile: `${huggingFace.url}/ada-l`,
      picture: `${huggingFace.url}/avatars/ada-l.svg`,
      orgs: [
        { name: 'Analytical Engines', preferred_username: 'analytical-engines' },
        { name: 'London Mathematical Society', preferred_username: 'lms' },
      ],
    });
    const picture = await fetch(String(body.picture));
    expect(picture.headers.get('content-type')).toContain('image/svg+xml');
    expect(await picture.text()).toContain('#BFE3DC');
  });

  it('leaves out what quiet-otter does not have', async () => {
    const { body } = await userinfoOf('quiet-otter');
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['name']));
    expect(body).not.toHaveProperty('picture');
    expect(body).not.toHaveProperty('email');
  });

  it('gives no more than the scopes', async () => {
    const { body } = await userinfoOf('ada-l', { scope: 'openid' });
    expect(Object.keys(body)).toEqual(['sub']);
  });

  it('answers 401 without a good token', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer nonsense']) {
      const answer = await call(`${huggingFace.url}/oauth/userinfo`, null, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });
});

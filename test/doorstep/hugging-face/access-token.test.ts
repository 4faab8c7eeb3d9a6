import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../../demo/browser.ts';
import { API } from '../../harness/doorstep.ts';
import { type Host, startHost } from '../../harness/host.ts';
import { huggingFacePages, reasonIn } from './pages.ts';

const HOUR = 3_600_000;
const TOKEN = /^hf_oauth_[0-9a-f]{32}$/;

describe('S58 a token for Hugging Face', () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(huggingFacePages, { environment: { HF_ACCESS_TOKENS: 'true' } });
  });
  afterEach(() => {
    vi.useRealTimers();
    host.logto.heal();
    host.huggingFace.heal();
    host.logto.resetCalls();
    host.huggingFace.setTokens({ refreshTokens: 'rotating', lifetime: 8 * 3600 });
    host.logto.setTokenSecrets({ accountCenter: true, isStored: true, kek: 'good' });
  });
  afterAll(() => host.close());

  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const get = (browser: Browser, path = '/token') => browser.get(host.url + path);
  const signedIn = async () => ({ browser: await host.signedInBrowser(), sub: subOf(host) });
  const told = async (browser: Browser, path?: string) => {
    const page = await get(browser, path);
    return page.status === 200 ? 'a token' : `${page.status} ${reasonIn(page)}`;
  };

  it('is asked of Logto once, and kept sealed beside the session’s tokens', async () => {
    const { browser } = await signedIn();
    const { body: token } = await get(browser);
    expect(token).toMatch(TOKEN);
    expect((await get(browser)).body).toBe(token);
    expect(host.logto.calls.identityToken).toBe(1);
    for (const key of await host.redis.keys('*')) {
      const bytes = await host.redis.dumpBuffer(key);
      expect(bytes?.includes(token), key).toBe(false);
    }
  });

  it('goes with the session', async () => {
    const { browser } = await signedIn();
    await get(browser);
    const kept = async () => (await host.redis.keys('session-tokens:*')).length;
    const before = await kept();
    await browser.post(`${host.url}/sign-out`, {}, { follow: false });
    expect(await kept()).toBe(before - 1);
  });

  it.each(['rotating', 'kept'] as const)(
    'is another one after its expiry, with refresh tokens that are %s, again and again',
    async (refreshTokens) => {
      host.huggingFace.setTokens({ refreshTokens });
      const { browser } = await signedIn();
      const tokens = new Set([(await get(browser)).body]);
      for (let times = 0; times < 3; times += 1) {
        later(8 * HOUR);
        tokens.add((await get(browser)).body);
      }
      expect(tokens.size).toBe(4);
      for (const token of tokens) expect(token).toMatch(TOKEN);
    },
  );

  it('without refresh tokens it ends with its expiry, and connecting again is asked for', async () => {
    host.huggingFace.setTokens({ refreshTokens: 'none' });
    const { browser } = await signedIn();
    expect(await told(browser)).toBe('a token');
    later(8 * HOUR);
    expect(await told(browser)).toBe('403 hugging_face_expired');
    expect(await told(browser)).toBe('403 hugging_face_not_connected');
    expect((await get(browser, '/')).body).toBe('in');
  });

  it('lives for a minute more, or it is said when there will be one; Logto is not asked for that', async () => {
    // The clock stands still but where it is turned.
    later(0);
    const { browser } = await signedIn();
    await get(browser);
    later(8 * HOUR - 50_000);
    const page = await get(browser);
    expect([page.status, reasonIn(page)]).toEqual([503, 'hugging_face_unavailable']);
    expect(page.headers.get('retry-after')).toBe('51');
    expect(await told(browser, '/token?seconds=5')).toBe('a token');
    expect(host.logto.calls.identityToken).toBe(1);
    later(51_000);
    expect(await told(browser)).toBe('a token');
  });

  it('a token that Logto gives without any life left is not given out', async () => {
    const { browser } = await signedIn();
    const body = { access_token: 'hf_oauth_over', token_type: 'bearer' };
    host.logto.failNext('identityToken', { status: 200, body });
    expect(await told(browser)).toBe('503 hugging_face_unavailable');
    expect(await told(browser)).toBe('a token');
  });

  it.each<[string, (sub: string) => void, string]>([
    ['nothing is stored', (sub) => host.logto.forgetToken(sub), '403 hugging_face_not_connected'],
    [
      'the sign-in has no scope for it',
      () => host.logto.failNext('identityToken', { status: 403, body: { code: 'auth.forbidden' } }),
      '403 hugging_face_scope_missing',
    ],
    [
      'the account centre is off',
      () => host.logto.setTokenSecrets({ accountCenter: false }),
      '502 hugging_face_misconfigured',
    ],
    [
      'Logto lost its key',
      () => host.logto.setTokenSecrets({ kek: 'bad' }),
      '502 hugging_face_misconfigured',
    ],
    [
      'Logto has no such route',
      () => host.logto.failNext('identityToken', { status: 404, body: { message: 'no route' } }),
      '502 logto_refused',
    ],
    [
      'Logto answers 503',
      () => host.logto.failNext('identityToken', { status: 503 }),
      '503 logto_unavailable',
    ],
    [
      'Logto breaks off',
      () => host.logto.failNext('identityToken', 'garbage'),
      '503 logto_unavailable',
    ],
    [
      'Logto answers something else',
      () => host.logto.failNext('identityToken', { status: 200, body: { access_token: 7 } }),
      '503 hugging_face_unavailable',
    ],
  ])('%s: an error with its reason, and the session stays', async (_what, spoil, expected) => {
    const { browser, sub } = await signedIn();
    spoil(sub);
    expect(await told(browser)).toBe(expected);
    expect((await get(browser, '/')).body).toBe('in');
  });

  it.each([
    [{ accountCenter: false }, 'account centre is off'],
    [{ kek: 'bad' as const }, 'SECRET_VAULT_KEK'],
  ])('%o: the log names the cause', async (settings, cause) => {
    const { browser } = await signedIn();
    host.logto.setTokenSecrets(settings);
    await get(browser);
    expect(JSON.stringify(host.logs.at(-1))).toContain(cause);
  });

  it('a refresh that somebody else took is tried once more, and no more than that', async () => {
    const { browser } = await signedIn();
    const refused = { status: 400, body: { code: 'connector.general' } };
    host.logto.failNext('identityToken', refused);
    expect(await told(browser)).toBe('a token');
    expect(host.logto.calls.identityToken).toBe(2);
    later(8 * HOUR);
    host.logto.failNext('identityToken', refused, 2);
    expect(await told(browser)).toBe('503 hugging_face_unavailable');
    expect(host.logto.calls.identityToken).toBe(4);
  });

  it('an access token of Logto’s that it no longer takes is renewed; suspended, the session ends', async () => {
    const { browser, sub } = await signedIn();
    host.logto.failNext('identityToken', { status: 401, body: { code: 'auth.unauthorized' } });
    expect(await told(browser)).toBe('a token');
    later(8 * HOUR);
    host.logto.suspend(sub);
    const page = await browser.get(`${host.url}/token`, { follow: false });
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/sign-in?return_to=%2Ftoken',
    ]);
    host.logto.users.update(sub, { isSuspended: false });
  });
});

it('without HF_ACCESS_TOKENS, and under the API, it is said what it takes', async () => {
  const host = await startHost(
    (app, auth) => {
      app.get('/api/token', auth.bearer, async (req, res) => {
        if (!req.auth.isAuthenticated) throw new Error('Behind auth.bearer somebody is');
        res.send(await req.auth.huggingFace.getAccessToken());
      });
      huggingFacePages(app, auth);
    },
    { environment: { API_RESOURCE: API } },
  );
  const browser = await host.signedInBrowser();
  const page = await browser.get(`${host.url}/token`);
  expect([page.status, reasonIn(page)]).toEqual([500, 'misuse']);
  expect(JSON.stringify(host.logs.at(-1))).toContain('HF_ACCESS_TOKENS=true');
  const token = await host.logto.mint(
    {
      iss: host.logto.issuer,
      sub: 'ada',
      aud: API,
      exp: Date.now() / 1000 + 60,
      iat: Date.now() / 1000,
    },
    { typ: 'at+jwt' },
  );
  const { status } = await fetch(`${host.url}/api/token`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(status).toBe(500);
  await host.close();
});

const subOf = ({ logto }: Host): string => {
  const [user] = logto.users.all();
  if (!user) throw new Error('Nobody has signed in yet');
  return user.sub;
};

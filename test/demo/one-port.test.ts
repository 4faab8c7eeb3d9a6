import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BoundedMap } from '../../demo/bounded-map.ts';
import { createStorage } from '../../demo/logto/storage.ts';
import { type OnePortDemo, onePortConfig, startOnePort } from '../../demo/one-port/index.ts';
import type { Limits } from '../../demo/one-port/public-routes.ts';
import { EmbeddedRedis } from '../../demo/redis.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { type Listening, serve } from '../../src/server.ts';
import { plainAnswerHeaders } from '../../src/site/security-headers.ts';
import { freePort } from '../harness/free-port.ts';
import { runScript } from '../harness/process.ts';
import { type Browser, createBrowser } from './browser.ts';

const logger = createLogger('silent', { write: () => {} });
const AUTHORIZE = '/stand-ins/logto/oidc/auth';
const SIGN_IN = '/sign-in?direct_sign_in=social:huggingface';

async function start(bounds: { maxEntries?: number; limits?: Limits } = {}) {
  const port = await freePort();
  const config = onePortConfig({ PORT: String(port) });
  const demo = await startOnePort({ config, logger, ...bounds });
  const headers = plainAnswerHeaders(config);
  const listening = await serve(demo.handle, { ...config, logger, headers });
  return { demo, listening, url: config.baseUrl };
}

async function signedIn(url: string): Promise<Browser> {
  const browser = createBrowser();
  await browser.get(url + SIGN_IN);
  await browser.submit({ username: 'ada-l', decision: 'authorize' });
  expect(browser.page?.body).toContain('Hello, Ada Lovelace');
  return browser;
}

describe('the demo behind one port', () => {
  let demo: OnePortDemo;
  let listening: Listening;
  let url: string;
  beforeAll(async () => {
    ({ demo, listening, url } = await start());
  });
  afterAll(() => Promise.all([demo?.close(), listening?.close()]));

  it('F132 signs in and out, with every step at one address', async () => {
    const browser = await signedIn(url);
    expect((await browser.get(`${url}/account`)).body).toContain('ada@example.org');
    expect((await browser.get(`${url}/organizations`)).body).toContain('Analytical Engines');
    expect((await browser.get(`${url}/models`)).status).toBe(200);
    await browser.get(`${url}/sign-out`);
    await browser.submit();
    // Logto's page, which submits itself.
    await browser.submit();
    expect(browser.page?.body).toContain('You are signed out');
    expect(new Set(browser.history.map((one) => new URL(one.url).origin))).toEqual(new Set([url]));
  });

  it('F132 says on every page that anybody may use its accounts', async () => {
    const browser = createBrowser();
    expect((await browser.get(url)).body).toContain('anybody may use their accounts');
    expect((await browser.get(`${url}/sign-in`)).body).toContain('Anybody may use its accounts');
    await browser.get(url + SIGN_IN);
    expect(browser.page?.body).toContain('Anybody may use its accounts');
  });

  it('F132 an account of one’s own', async () => {
    const browser = createBrowser();
    await browser.get(`${url}/sign-up`);
    await browser.submit({ username: 'grace' });
    expect(browser.page?.body).toContain('Hello, @grace');
  });

  it('F133 within the hour everything is forgotten', async () => {
    const browser = await signedIn(url);
    await browser.post(`${url}/books`, { title: 'Notes by a stranger', author: 'A.' });
    expect(browser.page?.body).toContain('Notes by a stranger');
    const half = createBrowser();
    await half.get(url + SIGN_IN);
    await demo.renew();
    expect((await browser.get(url)).body).toContain('Come on in.');
    expect((await (await signedIn(url)).get(`${url}/books`)).body).not.toContain('by a stranger');
    // Who was on the way in is told so, and can begin again.
    await half.submit({ username: 'ada-l', decision: 'authorize' });
    expect(half.page?.body).toContain('Session not found');
    await half.get(url + SIGN_IN);
    await half.submit({ username: 'ada-l', decision: 'authorize' });
    expect(half.page?.body).toContain('Hello, Ada Lovelace');
  });

  it('F133 by itself, each hour', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const own = await start();
    const browser = await signedIn(own.url);
    vi.advanceTimersByTime(60 * 60_000 - 1);
    expect((await browser.get(own.url)).body).toContain('Hello, Ada Lovelace');
    vi.advanceTimersByTime(1);
    await expect.poll(async () => (await browser.get(own.url)).body).toContain('Come on in.');
    await Promise.all([own.demo.close(), own.listening.close()]);
  });

  describe('as an attacker sees it', () => {
    it.each([
      ['get', '/stand-ins/logto/oidc/.well-known/openid-configuration'],
      ['get', '/stand-ins/logto/oidc/jwks'],
      ['post', '/stand-ins/logto/oidc/token'],
      ['post', '/stand-ins/logto/oidc/token/introspection'],
      ['post', '/stand-ins/logto/oidc/token/revocation'],
      ['post', '/stand-ins/logto/oidc/reg'],
      ['post', '/stand-ins/logto/oidc/request'],
      ['get', '/stand-ins/logto/oidc/me'],
      ['get', '/stand-ins/logto/api/status'],
      ['get', '/stand-ins/logto/api/my-account/identities/huggingface/access-token'],
      ['get', '/stand-ins/logto/one-time-token/error?errorMessage=Send+money'],
      ['get', '/stand-ins/logto/switch-account'],
      ['get', '/stand-ins/logto/'],
      ['get', '/stand-ins/logto/oidc/auth/../token'],
      ['get', '/stand-ins/logto//oidc/auth'],
      ['get', '/stand-ins/logto/oidc/%61uth'],
      ['get', '/stand-ins/logto/OIDC/AUTH'],
      ['get', '/stand-ins/logto/assets/..%2f..%2fpackage.json'],
      ['get', '/stand-ins/hugging-face/oauth/userinfo'],
      ['post', '/stand-ins/hugging-face/oauth/token'],
      ['get', '/stand-ins/hugging-face/api/whoami-v2'],
      ['post', '/stand-ins/hugging-face/v1/chat/completions'],
      ['put', '/stand-ins/hugging-face/oauth/authorize'],
      ['get', '/stand-ins/nobody/x'],
    ] as const)('F134 what servers ask of each other is not there: %s %s', async (method, path) => {
      const answer = await request(url)[method](path).set({ 'sec-fetch-site': 'same-origin' });
      expect(answer.status).toBe(404);
      expect(answer.text).not.toMatch(/\.ts:|node_modules|<script/);
    });

    it('F134 no webhook is taken, by no key', async () => {
      expect((await request(url).post('/hooks/logto').send('{}')).status).toBe(403);
      const own = { 'sec-fetch-site': 'same-origin', origin: url };
      expect((await request(url).post('/hooks/logto').set(own).send('{}')).status).toBe(404);
    });

    it('F134 nobody is sent anywhere else', async () => {
      const start = await createBrowser().get(`${url}/sign-in`, { until: url + AUTHORIZE });
      const asked = new URL(start.stoppedAt ?? '');
      const elsewhere = [
        'https://evil.example/',
        `${url}.evil.example/callback`,
        `${url}//evil.example`,
      ];
      for (const address of elsewhere) {
        asked.searchParams.set('redirect_uri', address);
        const { status, headers } = await request(asked.href).get('');
        expect([status, headers.location]).toEqual([400, undefined]);
        const end = `/stand-ins/logto/oidc/session/end?${new URLSearchParams({
          client_id: 'doorstep-demo',
          post_logout_redirect_uri: address,
        })}`;
        expect((await request(url).get(end)).status).toBe(400);
        const authorize = new URLSearchParams({
          response_type: 'code',
          client_id: 'logto-demo',
          redirect_uri: address,
          state: 'x',
        });
        const huggingFace = await request(url).get(
          `/stand-ins/hugging-face/oauth/authorize?${authorize}`,
        );
        expect(huggingFace.status).toBe(400);
      }
    });

    it('F134 no Host or forwarded header changes an address', async () => {
      const lies = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.example',
      };
      const browser = createBrowser();
      await browser.get(url + SIGN_IN, { headers: lies });
      await browser.submit({ username: 'ada-l', decision: 'authorize' }, { headers: lies });
      expect(browser.page?.body).toContain('Hello, Ada Lovelace');
      expect(JSON.stringify([browser.history, browser.page])).not.toContain('evil.example');
      const { text, headers } = await request(url)
        .get(AUTHORIZE)
        .set({ ...lies, host: 'evil.example' });
      expect(text + JSON.stringify(headers)).not.toContain('evil.example');
    });

    it('F134 a page of another site starts nothing at the stand-ins', async () => {
      for (const path of ['logto/register', 'hugging-face/oauth/authorize']) {
        const answer = await request(url)
          .post(`/stand-ins/${path}`)
          .type('form')
          .set({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })
          .send({ username: 'ada-l', decision: 'authorize' });
        expect(answer.status).toBe(403);
      }
    });

    it('F134 no script, frame or cookie of theirs reaches the site', async () => {
      const browser = createBrowser();
      const page = await browser.get(`${url}/sign-in`);
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).toMatch(/script-src 'sha256-[^']+'(;|$)/);
      const cookies = browser.cookies.all('localhost');
      const theirs = cookies.filter(({ name }) => !name.startsWith('doorstep'));
      expect(theirs.length).toBeGreaterThan(2);
      for (const { name, path, attributes } of theirs) {
        expect([name, path.startsWith('/stand-ins/logto')]).toEqual([name, true]);
        if (!name.startsWith('_logto')) expect(attributes).toHaveProperty('httponly');
      }
    });
  });
});

describe('the demo behind one port is bounded', () => {
  let demo: OnePortDemo;
  let listening: Listening;
  let url: string;
  beforeAll(async () => {
    ({ demo, listening, url } = await start({ maxEntries: 4 }));
  });
  afterAll(() => Promise.all([demo?.close(), listening?.close()]));
  let browser: Browser;
  beforeEach(() => {
    browser = createBrowser();
  });

  it('F135 in its accounts', async () => {
    const answers = [];
    for (const username of ['a', 'b', 'c', 'd', 'e']) {
      await browser.get(`${url}/sign-up`);
      await browser.submit({ username });
      answers.push(browser.page?.status);
      browser = createBrowser();
    }
    expect(answers).toEqual([200, 200, 200, 200, 422]);
  });

  it('F135 in what one address may ask in a minute', async () => {
    const few = await start({ limits: { perAddress: 3, inSum: 3000 } });
    onTestFinished(async () => void (await Promise.all([few.demo.close(), few.listening.close()])));
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1)
      statuses.push((await request(few.url).get('/stand-ins/nobody')).status);
    expect(statuses).toEqual([404, 404, 404, 429]);
    expect((await request(few.url).get('/')).status).toBe(200);
  });

  it('F135 in what the stand-ins keep: the oldest goes', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 4],
    ]);
  });

  it('F135 in what its Redis keeps: full, it refuses as Redis does, until something has expired', async () => {
    let now = 0;
    const redis = new EmbeddedRedis({ now: () => now, maxEntries: 2 });
    await redis.psetex('a', 1000, '1');
    await redis.psetex('b', 9000, '1');
    await redis.psetex('b', 9000, '2');
    await expect(redis.rpush('c', '1')).rejects.toThrow(/^OOM /);
    now = 2000;
    expect(await redis.rpush('c', '1')).toBe(1);
  });

  it('F135 a session is there with its tokens, or not at all', async () => {
    const redis = new EmbeddedRedis({ maxEntries: 2 });
    await redis.psetex('a', 9000, '1');
    const bytes = Buffer.from('1');
    const creating = redis.createSession('session', 'tokens', bytes, 9000, bytes, 9000);
    await expect(creating).rejects.toThrow(/^OOM /);
    expect(await redis.keys('*')).toEqual(['a']);
  });

  it('C91 who only begins to sign in pushes out nothing of people who are signed in', async () => {
    const storage = createStorage(() => new Error('No such client'), 3);
    await storage.adapterFor('Grant').upsert('of-ada', { accountId: 'ada' }, 3600);
    const interactions = storage.adapterFor('Interaction');
    for (const id of ['1', '2', '3', '4', '5']) await interactions.upsert(id, { uid: id }, 3600);
    expect(await storage.adapterFor('Grant').find('of-ada')).toEqual({ accountId: 'ada' });
    expect(await interactions.find('2')).toBeUndefined();
    expect(await interactions.findByUid('5')).toEqual({ uid: '5' });
  });
});

describe('where the demo behind one port says that it is', () => {
  it.each([
    [{}, 'http://localhost:3000', []],
    [{ PORT: '7860', SPACE_HOST: 'me-demo.hf.space' }, 'https://me-demo.hf.space', ['uniquelocal']],
    [{ SPACE_HOST: 'me-demo.hf.space,demo.example' }, 'https://me-demo.hf.space', ['uniquelocal']],
    [
      {
        PORT: '4000',
        CODESPACE_NAME: 'zany-disco-x7',
        GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev',
      },
      'https://zany-disco-x7-4000.app.github.dev',
      ['loopback'],
    ],
    [
      { CODESPACE_NAME: 'zany-disco-x7', BASE_URL: 'http://localhost:3000' },
      'http://localhost:3000',
      [],
    ],
  ])('F136 with %j it is %s', (environment, baseUrl, trustProxy) => {
    expect(onePortConfig(environment)).toMatchObject({ baseUrl, trustProxy, demo: 'shared' });
  });

  it('F136 in a codespace, whose forwarder changes Origin, forms are taken from our own pages only', async () => {
    const config = onePortConfig({ CODESPACE_NAME: 'zany-disco-x7' });
    const demo = await startOnePort({ config, logger, inCodespace: true });
    const post = (headers: Record<string, string>) =>
      request(demo.handle)
        .post('/sign-out')
        .set({ 'x-forwarded-host': new URL(config.baseUrl).host })
        .set(headers);
    const forwarded = { origin: 'https://localhost:3000', 'sec-fetch-site': 'same-origin' };
    expect((await post(forwarded)).status).toBe(303);
    expect((await post({ ...forwarded, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ origin: 'https://localhost:3000' })).status).toBe(403);
    expect((await post({ ...forwarded, origin: 'https://evil.example' })).status).toBe(403);
    await demo.close();
  });

  it('F132 npm run demo -- --one-port', async () => {
    const PORT = String(await freePort());
    const child = runScript('demo/main.ts', { PORT }, ['--one-port']);
    await child.says(/Ctrl-C stops everything/);
    expect(child.output()).toContain('stand-ins behind the same port');
    expect(await (await fetch(`http://localhost:${PORT}/`)).text()).toContain('Come on in.');
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
  });
});

import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import type { SignInChoice } from '../../demo/authorize-at.ts';
import { API, type Doorstep, OTTER, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';

describe('signing in', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterAll(() => app.close());

  const authorization = async (path: string) => {
    const page = await app.browser().get(app.url + path, { follow: false });
    expect(page.status).toBe(303);
    return new URL(page.headers.get('location') ?? '');
  };

  it('home, Hugging Face, home with the name, account, sign out', async () => {
    const browser = app.browser();
    expect((await browser.get(app.url)).body).toContain('Come on in.');
    const callback = await app.upToCallback(browser, '/sign-in?direct_sign_in=social:huggingface');
    const home = await browser.get(callback);
    expect(home.url).toBe(`${app.url}/`);
    expect(home.body).toContain('Hello, Ada Lovelace');
    const account = await browser.get(`${app.url}/account`);
    expect(account.body).toContain('ada@example.org');
    expect(account.body).toContain('Analytical Engines');
    await browser.submit({});
    await browser.submit({});
    expect(browser.page?.url).toBe(`${app.url}/`);
    expect(browser.page?.body).toContain('You are signed out.');
    expect((await browser.get(app.url)).body).not.toContain('You are signed out.');
  });

  it('somebody without name, picture and e-mail is greeted too', async () => {
    const browser = await app.signedInBrowser(OTTER);
    expect((await browser.get(app.url)).body).toContain('<h1 id="greeting">Hello</h1>');
    expect((await browser.get(`${app.url}/account`)).body).toContain('Not shared');
    expect((await browser.get(app.url)).body).toContain('Hello, @quiet-otter');
  });

  it('C6 two tabs: each lands on its own page', async () => {
    const browser = app.browser();
    const tabA = await app.upToCallback(browser, '/sign-in?return_to=/account?tab=a');
    const tabB = await app.upToCallback(browser, '/sign-in?return_to=/account?tab=b');
    expect((await browser.get(tabA)).url).toBe(`${app.url}/account?tab=a`);
    expect((await browser.get(tabB)).url).toBe(`${app.url}/account?tab=b`);
  });

  it.each([
    ['40 × 検索', `/account?q=${encodeURIComponent('検索'.repeat(40))}`],
    ['2 kB', `/account?q=${'a'.repeat(2048 - '/account?q='.length)}`],
  ])('C59 a long way back is kept: %s', async (_what, path) => {
    const browser = app.browser();
    const callback = await app.upToCallback(
      browser,
      `/sign-in?return_to=${encodeURIComponent(path)}`,
    );
    // A browser keeps 4,096 bytes of a cookie.
    for (const { name, value } of browser.cookies.all('localhost'))
      expect(name.length + value.length).toBeLessThan(4096);
    expect((await browser.get(callback)).url).toBe(app.url + path);
  });

  it('C59 one that is longer is said to be lost, in the log and on the page', async () => {
    const browser = app.browser();
    const path = `/account?q=${'a'.repeat(2048)}`;
    app.logs.length = 0;
    const callback = await app.upToCallback(browser, `/sign-in?return_to=${path}`);
    const page = await browser.get(callback);
    expect(page.url).toBe(`${app.url}/`);
    expect(page.body).toContain('The address of the page that you wanted is too long to be kept');
    const dropped = app.logs.filter(({ event }) => event === 'sign_in.return_path_dropped');
    expect(dropped).toMatchObject([{ requestId: expect.any(String), bytes: path.length }]);
    expect(JSON.stringify(app.logs)).not.toContain('aaaa');
    const hostile = app.browser();
    const back = await app.upToCallback(hostile, '/sign-in?return_to=https://evil.example');
    expect((await hostile.get(back)).body).not.toContain('too long');
  });

  it('C59 all sign-ins under way take 6 kB of cookies at most; the oldest go', async () => {
    const browser = app.browser();
    const pathOf = (tab: number) => `/account?tab=${tab}&q=${'a'.repeat(1900)}`;
    const callbacks: string[] = [];
    for (let tab = 0; tab < 4; tab += 1) {
      const path = `/sign-in?return_to=${encodeURIComponent(pathOf(tab))}`;
      callbacks.push(await app.upToCallback(browser, path));
      const sent = browser.cookies
        .all('localhost')
        .filter(({ name }) => name.startsWith('doorstep-sign-in'))
        .map(({ name, value }) => `${name}=${value}; `);
      expect(sent.join('').length).toBeLessThanOrEqual(6 * 1024);
      expect(sent.length).toBeGreaterThan(0);
    }
    expect((await browser.get(callbacks.at(-1) ?? '')).url).toBe(app.url + pathOf(3));
  });

  it('C60 a click that a service worker passes on starts a sign-in', async () => {
    const passedOn = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' };
    await request(app.url).get('/sign-in').set(passedOn).expect(303);
    const prefetch = { ...passedOn, 'sec-purpose': 'prefetch' };
    await request(app.url).get('/sign-in').set(prefetch).expect(400);
  });

  it('C6 at most five sign-ins are under way in a browser; the oldest goes', async () => {
    const browser = app.browser();
    for (let tab = 0; tab < 7; tab += 1) {
      await browser.get(`${app.url}/sign-in`, { follow: false });
    }
    const names = browser.cookies.header(new URL(app.url))?.match(/doorstep-sign-in/g);
    expect(names).toHaveLength(5);
  });

  it.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
    ['an old prefetch', { purpose: 'prefetch' }],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['a fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ])('C8 %s starts no sign-in', async (_what, headers) => {
    const answer = await request(app.url).get('/sign-in').set(headers).expect(400);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('C8 HEAD and POST are 405 and change nothing', async () => {
    for (const path of ['/sign-in', '/sign-up', '/callback?state=x&code=y']) {
      const answer = await request(app.url).head(path).expect(405);
      expect(answer.headers.allow).toBe('GET');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    await request(app.url).post('/sign-in').set('origin', app.url).expect(405);
  });

  it('C8 a foreign link to /sign-in signs nobody out, and old browsers may follow it', async () => {
    const browser = await app.signedInBrowser();
    const headers = { 'sec-fetch-site': 'cross-site' };
    await browser.get(`${app.url}/sign-in`, { follow: false, headers });
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
    await request(app.url).get('/sign-in').expect(303);
  });

  it('C10 a deep link comes back exactly', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/account?x=1&y=%C3%A9');
    expect((await browser.get(callback)).url).toBe(`${app.url}/account?x=1&y=%C3%A9`);
  });

  it('S13 visitors get no session and no cookie', async () => {
    for (const path of ['/', '/account', '/sign-out', '/nope', '/callback']) {
      const answer = await request(app.url).get(path).set('accept', 'text/html');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('S15 S18 S31 state and PKCE S256 are new for each sign-in, and long', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const { searchParams } = await authorization('/sign-in');
      expect(searchParams.get('code_challenge_method')).toBe('S256');
      expect(searchParams.get('response_type')).toBe('code');
      for (const name of ['state', 'code_challenge']) {
        const value = searchParams.get(name) ?? '';
        expect(value.length).toBeGreaterThanOrEqual(43);
        seen.add(value);
      }
    }
    expect(seen.size).toBe(40);
  });

  it('S15 another browser can’t finish a sign-in', async () => {
    const callback = await app.upToCallback(app.browser());
    const other = await app.browser().get(callback);
    expect(other.status).toBe(400);
    expect(other.body).toContain('sign_in_not_found');
  });

  it('S16 asks for the least scopes', async () => {
    const { searchParams } = await authorization('/sign-in');
    expect(searchParams.get('scope')?.split(' ').sort()).toEqual([
      'email',
      'identities',
      'offline_access',
      'openid',
      'profile',
    ]);
    expect(searchParams.getAll('resource')).toEqual([]);
  });

  it('S16 asks for what the configured parts of the site need, and no more', async () => {
    const scopesWith = async (environment: Environment) => {
      const other = await startDoorstep({ environment });
      const { headers } = await other.browser().get(`${other.url}/sign-in`, { follow: false });
      await other.close();
      const { searchParams } = new URL(headers.get('location') ?? '');
      const usual = ['email', 'identities', 'offline_access', 'openid', 'profile'];
      const scopes = searchParams.get('scope')?.split(' ') ?? [];
      // What the features ask for is up to them: test/books/access.test.ts.
      const more = scopes.filter((scope) => !usual.includes(scope) && !scope.endsWith(':books'));
      return [...more, ...searchParams.getAll('resource')].sort();
    };
    const forApi = [API, 'roles'];
    const forOrganizations = [
      'urn:logto:resource:organizations',
      'urn:logto:scope:organization_roles',
      'urn:logto:scope:organizations',
    ];
    expect(await scopesWith({ API_RESOURCE: API })).toEqual(forApi);
    expect(await scopesWith({ LOGTO_ORGANIZATIONS: 'true' })).toEqual(forOrganizations);
    expect(await scopesWith(WHOLE_SITE)).toEqual([...forApi, ...forOrganizations].sort());
  });

  it('S33 no token and no secret is in the address of Logto', async () => {
    const { href } = await authorization('/sign-in?return_to=/account');
    expect(href).not.toContain('secret');
    expect(href).not.toContain('account');
  });

  it('passes on what Logto understands', async () => {
    const { searchParams } = await authorization(
      '/sign-up?direct_sign_in=sso:acme-1&login_hint=ada%40example.org&ui_locales=fr%20en&prompt=login',
    );
    expect(Object.fromEntries(searchParams)).toMatchObject({
      direct_sign_in: 'sso:acme-1',
      login_hint: 'ada@example.org',
      ui_locales: 'fr en',
      prompt: 'login consent',
      first_screen: 'register',
    });
    expect((await authorization('/sign-in')).searchParams.get('prompt')).toBe('consent');
  });

  it.each([
    [undefined, null],
    ['fr-CA,fr;q=0.8,en;q=0.5', 'fr-CA fr en'],
    ['en;q=0.1,de', 'de en'],
    ['*', null],
    ['*,en;q=0.5', 'en'],
    ['<script>,de', 'de'],
    [
      Array.from({ length: 50 }, (_, at) => `a${'bcdefghij'[at % 9]}`).join(','),
      expect.stringMatching(/^(\S+ ){9}\S+$/),
    ],
  ])('ui_locales: Accept-Language %s becomes %s', async (language, expected) => {
    const visit = { follow: false, headers: { 'accept-language': language } };
    const page = await app.browser().get(`${app.url}/sign-in`, visit);
    const { searchParams } = new URL(page.headers.get('location') ?? '');
    expect(searchParams.get('ui_locales')).toEqual(expected);
    const asked = await app.browser().get(`${app.url}/sign-in?ui_locales=pt`, visit);
    expect(new URL(asked.headers.get('location') ?? '').searchParams.get('ui_locales')).toBe('pt');
  });

  it.each([
    ['direct_sign_in=telepathy:x', 'direct_sign_in'],
    ['direct_sign_in=social:a&direct_sign_in=social:b', 'may be given once'],
    ['prompt=none', 'may only be'],
    ['login_hint=a%00b', 'login_hint'],
    ['ui_locales=<script>', 'ui_locales'],
    [`login_hint=${'x'.repeat(400)}`, 'login_hint'],
  ])('bad input: %s gets a 400 that says what would be right', async (query, hint) => {
    const answer = await request(app.url).get(`/sign-in?${query}`).set('accept', 'text/html');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(hint);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('signs up on the registration page', async () => {
    const browser = app.browser();
    const newcomer: SignInChoice = { as: 'newcomer', via: 'username' };
    const callback = await app.upToCallback(browser, '/sign-up', newcomer);
    const paths = browser.history.map(({ url }) => new URL(url).pathname);
    expect(paths).toContain('/register');
    // Logto's other screen, where a newcomer would be unknown.
    expect(paths).not.toContain('/sign-in');
    expect((await browser.get(callback)).body).toContain('Hello, @newcomer');
  });
});

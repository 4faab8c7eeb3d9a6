import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Sealer } from '../../src/doorstep/crypto/sealer.ts';
import type { Browser, Page } from '../demo/browser.ts';
import { CLIENT, type Doorstep, SESSION_SECRET, startDoorstep } from '../harness/doorstep.ts';
import { idIn, reasonOn } from '../harness/people.ts';
import { RedisFaults } from '../harness/redis-faults.ts';

const INTERNAL =
  /\bat [\w.<> ]*\(?(?:file|node):|:\d+:\d+|node_modules|\/src\/|\b\w*Error\b|ioredis|ECONN|redis:\/\/|stack/;

/** What provokes it, and what may be seen of it. */
interface Provocation {
  status: number;
  provoke: () => Promise<Page>;
}

describe('C54 a request in the clear, sent by a proxy that nobody named', () => {
  it('page and log name the address that sent it, and never one from a header', async () => {
    const environment = { BASE_URL: 'https://app.test', TRUST_PROXY: '203.0.113.7' };
    const app = await startDoorstep({ environment });
    const forwarded = { 'x-forwarded-for': '198.51.100.9', 'x-forwarded-proto': 'https' };
    const page = await app.browser().get(app.url, { headers: forwarded });
    await app.close();
    expect(page.status).toBe(400);
    expect(page.body).toMatch(/sent from <code>(127\.0\.0\.1|::1)<\/code>/);
    expect(page.body).not.toContain('198.51.100.9');
    const line = app.logs.find(({ reason }) => reason === 'insecure_request');
    expect(line?.msg).toMatch(/request from (127\.0\.0\.1|::1) under.*TRUST_PROXY=/);
  });
});

describe('S30 error pages and problem JSON say nothing internal', () => {
  let app: Doorstep;
  const faults = new RedisFaults();
  const redisIsAway = () => faults.fail(() => true, 'ERR redis://secret@10.0.0.1 is away');
  beforeAll(async () => {
    app = await startDoorstep({
      limits: { signIn: 1e9, callback: 1e9, backchannelFailures: 1 },
      wrapRedis: faults.wrap,
    });
  });
  afterEach(() => {
    faults.heal();
    app.logto.heal();
    app.logto.announceIssuer(null);
  });
  afterAll(() => app.close());

  let accept = 'text/html';
  const headers = () => ({ accept });
  const get = (path: string, browser: Browser = app.browser()) =>
    browser.get(app.url + path, { headers: headers(), follow: false });
  const callbackWith = async (changes: Record<string, string>) => {
    const browser = app.browser();
    const url = new URL(await app.upToCallback(browser));
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    return get(url.pathname + url.search, browser);
  };
  const failing = async (fault: Parameters<typeof app.logto.failNext>[1]) => {
    const browser = app.browser();
    const { pathname, search } = new URL(await app.upToCallback(browser));
    app.logto.failNext('token', fault);
    return get(pathname + search, browser);
  };
  const elsewhere = async (options: Parameters<typeof startDoorstep>[0], path: string) => {
    const other = await startDoorstep(options);
    const page = await other.browser().get(other.url + path, { headers: headers() });
    await other.close();
    return page;
  };

  const cases: Record<string, Provocation> = {
    sign_in_not_found: {
      status: 400,
      provoke: () => get(`/callback?state=a&code=b&iss=${app.logto.issuer}`),
    },
    callback_malformed: { status: 400, provoke: () => get('/callback') },
    issuer_mismatch: { status: 400, provoke: () => get('/callback?state=a&code=b&iss=x') },
    denied: { status: 400, provoke: () => callbackWith({ error: 'access_denied' }) },
    refused_by_logto: { status: 400, provoke: () => callbackWith({ error: 'invalid_target' }) },
    code_refused: { status: 400, provoke: () => callbackWith({ code: 'never-issued' }) },
    id_token_invalid: {
      status: 400,
      provoke: () =>
        failing({
          status: 200,
          body: {
            access_token: 'a',
            token_type: 'Bearer',
            expires_in: 60,
            id_token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
          },
        }),
    },
    logto_unavailable: {
      status: 503,
      provoke: () =>
        failing({
          status: 500,
          body: `Error: at handler (/srv/logto/src/index.js:1:1) ${CLIENT.secret}`,
        }),
    },
    logto_wrong_issuer: {
      status: 503,
      provoke: () =>
        elsewhere(
          {
            logto: {},
            environment: { LOGTO_ENDPOINT: app.logto.endpoint.replace('localhost', '127.0.0.1') },
          },
          '/sign-in',
        ),
    },
    logto_refused: {
      status: 502,
      provoke: () =>
        failing({
          status: 401,
          body: { error: 'invalid_client', error_description: CLIENT.secret },
        }),
    },
    session_store_unavailable: {
      status: 503,
      provoke: async () => {
        const browser = await app.signedInBrowser();
        redisIsAway();
        return get('/account', browser);
      },
    },
    bad_input: { status: 400, provoke: () => get('/sign-in?prompt=none') },
    not_a_navigation: {
      status: 400,
      provoke: () =>
        app
          .browser()
          .get(`${app.url}/sign-in`, { headers: { ...headers(), 'sec-fetch-mode': 'cors' } }),
    },
    method_not_allowed: {
      status: 405,
      provoke: () =>
        app
          .browser()
          .post(
            `${app.url}/sign-in`,
            {},
            { headers: { ...headers(), 'sec-fetch-site': 'same-origin' } },
          ),
    },
    cross_site_request: {
      status: 403,
      provoke: () =>
        app
          .browser()
          .post(
            `${app.url}/sign-out`,
            {},
            { headers: { ...headers(), 'sec-fetch-site': 'cross-site' } },
          ),
    },
    insecure_request: {
      status: 400,
      provoke: () =>
        elsewhere({ environment: { BASE_URL: 'https://app.test', TRUST_PROXY: 'loopback' } }, '/'),
    },
    unexpected_host: {
      status: 400,
      provoke: () => elsewhere({ environment: { BASE_URL: 'http://localhost:4121' } }, '/'),
    },
    too_many_requests: {
      status: 429,
      provoke: async () => {
        const post = () =>
          app.browser().post(`${app.url}/backchannel-logout`, {}, { headers: headers() });
        await post();
        return post();
      },
    },
    session_ended: {
      status: 401,
      provoke: async () => {
        const browser = await app.signedInBrowser({ as: 'suspended', via: 'username' });
        app.logto.suspend(app.logto.users.findByUsername('suspended')?.sub ?? '');
        const page = await get('/account', browser);
        app.logto.users.update(app.logto.users.findByUsername('suspended')?.sub ?? '', {
          isSuspended: false,
        });
        return page;
      },
    },
    unexpected: {
      status: 500,
      provoke: async () => {
        const browser = await app.signedInBrowser();
        // Sealed by ourselves and yet broken: nothing that the app has a class for.
        const broken = { refreshToken: 'x', accessTokens: '{', refreshedAt: 0 };
        const id = idIn(browser.cookies.find('localhost', 'doorstep')?.value ?? '');
        const sealer = new Sealer(app.config.session.secrets);
        const sealed = sealer.seal(JSON.stringify(broken), 'tokens v1', id);
        await app.redis.writeTokens(`session-tokens:${id}`, 1, sealed, 60_000);
        return get('/account', browser);
      },
    },
    not_found: { status: 404, provoke: () => get('/nope') },
  };

  const expectNothingInternal = (page: Page) => {
    const all = `${JSON.stringify([...page.headers])}${page.body}`;
    expect(page.body).not.toMatch(INTERNAL);
    for (const secret of [SESSION_SECRET, CLIENT.secret]) expect(all).not.toContain(secret);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.getSetCookie().filter((line) => /^doorstep=[^;]/.test(line))).toEqual([]);
  };

  it.each(Object.entries(cases))('S30 the page for %s', async (reason, { status, provoke }) => {
    accept = 'text/html';
    const page = await provoke();
    // A browser is sent to sign in again, with the way back.
    if (reason === 'session_ended') {
      expect(page.headers.get('location')).toBe('/sign-in?return_to=%2Faccount');
      return;
    }
    expect([page.status, reasonOn(page) || 'not_found']).toEqual([status, reason]);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expectNothingInternal(page);
  });

  it.each(Object.entries(cases))('S30 problem JSON for %s', async (reason, { status, provoke }) => {
    accept = 'application/json';
    const page = await provoke();
    expect(page.status).toBe(status);
    expect(page.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem: Record<string, unknown> = JSON.parse(page.body);
    expect(problem).toMatchObject({ status, reason });
    const known = ['title', 'status', 'detail', 'reason', 'requestId'];
    for (const name of Object.keys(problem)) expect(known).toContain(name);
    expectNothingInternal(page);
  });

  it('S30 a 503 page’s "Try again" stays on this site, whatever the address', async () => {
    const browser = await app.signedInBrowser();
    redisIsAway();
    for (const path of ['//evil.example/%2e%2e', '///evil.example', '//evil.example']) {
      const answer = await request(app.url)
        .get(path)
        .set({ cookie: browser.cookies.header(new URL(app.url)), accept: 'text/html' });
      expect(answer.status).toBe(503);
      const links = [...answer.text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
      expect(answer.text).toContain('Try again');
      expect(links).not.toEqual([]);
      for (const href of links)
        expect([href, new URL(href, app.url).origin]).toEqual([href, app.url]);
    }
  });
});

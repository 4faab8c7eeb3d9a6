import express, { type Response } from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/site/config.ts';
import { securityHeaders } from '../../src/site/security-headers.ts';
import { type Doorstep, SESSION_SECRET, startDoorstep } from '../harness/doorstep.ts';

const PROXIED = { 'x-forwarded-proto': 'https', host: 'app.test' };
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

describe('headers as a site in production sends them', () => {
  const headersUnder = async (baseUrl: string) => {
    const config = parseConfig({
      BASE_URL: baseUrl,
      TRUST_PROXY: 'loopback',
      SESSION_SECRET,
      LOGTO_ENDPOINT: 'https://logto.example',
      LOGTO_APP_ID: 'x',
      LOGTO_APP_SECRET: 'x',
    });
    const app = express().use(
      securityHeaders(config),
      (_req: unknown, res: Response) => void res.send('page'),
    );
    return (await request(app).get('/')).headers;
  };

  it('S25 S51 the whole content security policy, word for word', async () => {
    const headers = await headersUnder('https://app.test');
    expect(headers['content-security-policy']?.split(';')).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "font-src 'self'",
      "manifest-src 'self'",
      "img-src 'self' data: https:",
      "form-action 'self' https://logto.example",
      "base-uri 'none'",
      "object-src 'none'",
      "frame-ancestors 'none'",
      'upgrade-insecure-requests',
    ]);
  });

  it('S25 no frame, no other window, no sniffing, no device', async () => {
    expect(await headersUnder('https://app.test')).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    const policy = (await headersUnder('https://app.test'))['permissions-policy'];
    for (const device of ['camera', 'geolocation', 'microphone', 'payment', 'usb'])
      expect(policy).toContain(`${device}=()`);
  });

  it('S25 HSTS for at least a year under https, and only there', async () => {
    const { 'strict-transport-security': secure } = await headersUnder('https://app.test');
    expect(Number(/max-age=(\d+)/.exec(secure ?? '')?.[1])).toBeGreaterThanOrEqual(365 * 86_400);
    const plain = await headersUnder('http://localhost:3000');
    expect(plain).not.toHaveProperty('strict-transport-security');
    expect(plain['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });
});

describe('headers of every answer', () => {
  let app: Doorstep;
  let cookie: string;
  let css: string;
  beforeAll(async () => {
    app = await startDoorstep();
    const browser = await app.signedInBrowser();
    const { body } = await browser.get(app.url);
    css = /href="(\/assets\/[^"]+\.css)"/.exec(body)?.[1] ?? '';
    cookie = browser.cookies.header(new URL(app.url));
  });
  afterEach(() => app.logto.heal());
  afterAll(() => app.close());

  const answers = {
    'a page': () => request(app.url).get('/'),
    'a personal page': () => request(app.url).get('/account').set({ cookie }),
    'the sessions': () => request(app.url).get('/sessions').set({ cookie }),
    'a redirect to sign in': () => request(app.url).get('/account'),
    'a redirect to Logto': () => request(app.url).get('/sign-in'),
    'a 404': () => request(app.url).get('/nope'),
    'a path that does not decode': () => request(app.url).get('/%'),
    'whether it lives': () => request(app.url).get('/healthz'),
    'whether it can work': () => request(app.url).get('/readyz'),
    'a bad link': () => request(app.url).get('/sign-in?prompt=x'),
    'a failed callback': () => request(app.url).get('/callback'),
    'a refused change': () => request(app.url).post('/sign-out').set({ cookie }),
    'a refused method': () => request(app.url).head('/sign-in'),
    'problem JSON': () => request(app.url).get('/callback').set('accept', 'application/json'),
    'a refused logout token': () => request(app.url).post('/backchannel-logout'),
    'Logto out of reach': () => {
      app.logto.failNext('discovery', { status: 500 });
      return request(app.url).get('/sign-in');
    },
  };

  it.each(Object.entries(answers))('S25 S28 S46 %s', async (_what, ask) => {
    const { headers } = await ask();
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers).toMatchObject({
      'cache-control': expect.stringMatching(/^no-store(, no-transform)?$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    for (const name of [
      'x-powered-by',
      'server',
      'etag',
      'last-modified',
      'strict-transport-security',
    ])
      expect(headers).not.toHaveProperty(name);
  });

  it('assets may be kept for ever, and are not sniffed', async () => {
    const { status, headers } = await request(app.url).get(css);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('no address gets an asset cached that isn’t one, nor a personal page cached as one', async () => {
    const folder = css.replace(/[^/]*$/, '');
    const odd = [
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/account',
      'x/../../../account',
      'site.css%00',
      '.',
    ];
    for (const path of odd.map((end) => folder + end).concat('/account/x.css', '/account;x.css')) {
      const answer = await request(app.url).get(path).set({ cookie });
      expect([path, answer.headers['cache-control']]).toEqual([path, 'no-store']);
      expect(answer.text).not.toContain('"dependencies"');
      expect(answer.text).not.toContain('ada@example.org');
    }
  });

  it('S34 a foreign Host leads nowhere', async () => {
    const host = { host: 'evil.example' };
    const home = await request(app.url).get('/account?x=1').set(host);
    expect([home.status, home.headers.location]).toEqual([400, undefined]);
    const left = await request(app.url)
      .post('/sign-out')
      .set({ ...host, ...SAME_ORIGIN });
    expect([left.status, left.headers.location]).toEqual([403, undefined]);
    const started = await request(app.url)
      .get('/sign-in')
      .set({ 'x-forwarded-host': 'evil.example' });
    expect(started.headers.location).not.toContain('evil');
  });
});

describe('under https, behind a proxy', () => {
  let app: Doorstep;
  beforeAll(async () => {
    const environment = { BASE_URL: 'https://app.test', TRUST_PROXY: 'loopback' };
    app = await startDoorstep({ environment });
  });
  afterAll(() => app.close());

  it('S34 whatever Host and X-Forwarded-Host say, every address is BASE_URL’s or a path', async () => {
    for (const host of ['evil.example', 'app.test.evil.example', 'app.test@evil.example']) {
      const headers = { ...PROXIED, host, 'x-forwarded-host': host };
      const started = await request(app.url).get('/sign-in').set(headers).expect(303);
      const { searchParams } = new URL(started.headers.location ?? '');
      expect(searchParams.get('redirect_uri')).toBe('https://app.test/callback');
      const page = await request(app.url).get('/account').set(headers);
      expect(page.headers.location).toBe('/sign-in?return_to=%2Faccount');
      expect(page.text).not.toContain('evil');
      const left = await request(app.url)
        .post('/sign-out')
        .set({ ...headers, ...SAME_ORIGIN });
      expect(left.headers.location).toContain(encodeURIComponent('https://app.test/'));
      expect(left.headers.location).not.toContain('evil');
    }
  });

  it('S25 HSTS is on error pages and redirects too', async () => {
    for (const path of ['/', '/nope', '/account', '/callback']) {
      const { headers } = await request(app.url).get(path).set(PROXIED);
      expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
    }
  });
});

describe('rate limits', () => {
  const limits = { signIn: 2, callback: 2, backchannelFailures: 2 };
  let app: Doorstep;
  afterEach(async () => {
    vi.restoreAllMocks();
    await app.close();
  });

  it.each(['/sign-in', '/sign-up', '/callback'])(
    '%s answers 429 with Retry-After and a page, and changes nothing',
    async (path) => {
      app = await startDoorstep({ limits });
      const get = () => request(app.url).get(path).set('accept', 'text/html');
      for (let round = 0; round < 2; round += 1) expect((await get()).status).not.toBe(429);
      const { status, headers, text } = await get();
      expect(status).toBe(429);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
      expect(text).toContain('That was a little too often');
      expect(headers['set-cookie']).toBeUndefined();
      expect((await request(app.url).get('/')).status).toBe(200);
    },
  );

  it('S34 X-Forwarded-For of just anybody makes nobody another', async () => {
    app = await startDoorstep({ limits });
    const statuses = [];
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'evil'])
      statuses.push(
        (await request(app.url).get('/sign-in').set('x-forwarded-for', address)).status,
      );
    expect(statuses).toEqual([303, 303, 429, 429]);
  });

  it('S34 behind a named proxy each visitor has a limit of their own', async () => {
    app = await startDoorstep({ limits, environment: { TRUST_PROXY: 'loopback' } });
    const from = (address: string) =>
      request(app.url).get('/sign-in').set('x-forwarded-for', `203.0.113.9, ${address}`);
    const statuses = [];
    for (const address of ['10.9.0.1', '10.9.0.1', '10.9.0.1', '10.9.0.2'])
      statuses.push((await from(address)).status);
    expect(statuses).toEqual([303, 303, 429, 303]);
  });

  it.each(['forwarded', 'x-forwarded-for'])(
    'S30 a stray %s header prints nothing past the log',
    async (name) => {
      app = await startDoorstep({ limits });
      const printed = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
      await request(app.url).get('/sign-in').set(name, 'for=1.2.3.4');
      for (const spy of printed) expect(spy.mock.calls).toEqual([]);
    },
  );
});

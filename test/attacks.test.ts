import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from './demo/browser.ts';
import { type Doorstep, OTTER, startDoorstep } from './harness/doorstep.ts';
import { type People, peopleAt, reasonOn } from './harness/people.ts';
import { openWire, type Wire } from './harness/wire.ts';

const PERSONAL = /Ada Lovelace|ada@example\.org/;
/** Buffers of widespread proxies for one header line; what is longer is refused before it gets here. */
const HEADER_LINE = 8 * 1024;

describe('attacks', () => {
  let app: Doorstep;
  let people: People;
  let wire: Wire;
  beforeAll(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
    wire = openWire(app.url);
  });
  afterAll(async () => {
    wire.close();
    await app.close();
  });

  const cookieOf = (browser: Browser) => browser.cookies.header(new URL(app.url));
  const ours = (browser: Browser) =>
    browser.cookies.all('localhost').filter(({ name }) => name.startsWith('doorstep'));
  const pathOf = (address: string) => new URL(address).pathname + new URL(address).search;

  it('S15 login CSRF: a stranger’s callback in my browser signs nobody in and changes nothing', async () => {
    const attacker = app.browser();
    const trap = await app.upToCallback(attacker, '/sign-in', OTTER);
    const visitor = app.browser();
    await app.upToCallback(visitor);
    expect(reasonOn(await visitor.get(trap))).toBe('sign_in_not_found');
    const ada = await app.signedInBrowser();
    expect((await ada.get(trap)).url).toBe(`${app.url}/`);
    expect(ada.page?.body).toMatch(PERSONAL);
    // It was not spent either: its owner still gets in.
    expect((await attacker.get(trap)).url).toBe(`${app.url}/`);
    expect(await people.isIn(attacker)).toBe(true);
  });

  it('S15 two sign-ins of one browser can’t be crossed', async () => {
    const browser = app.browser();
    const first = new URL(await app.upToCallback(browser, '/sign-in?return_to=/account'));
    const second = new URL(await app.upToCallback(browser, '/sign-in?return_to=/sessions'));
    // The code of one with the state of the other: PKCE refuses it.
    const crossed = new URL(first);
    crossed.searchParams.set('code', second.searchParams.get('code') ?? '');
    expect((await browser.get(crossed.href)).status).toBe(400);
    expect(await people.isIn(browser)).toBe(false);
    // The cookie of one under the name of the other.
    const [one, other] = [app.browser(), app.browser()];
    const callback = await app.upToCallback(one);
    await app.upToCallback(other);
    const answer = await request(app.url)
      .get(pathOf(callback))
      .set({ accept: 'text/html', cookie: `${ours(one)[0]?.name}=${ours(other)[0]?.value}` });
    expect(reasonOn({ body: answer.text })).toBe('sign_in_not_found');
  });

  it('S23 S41 cookie tossing: under https a cookie that a sibling could set is not read', async () => {
    const environment = { BASE_URL: 'https://app.test', TRUST_PROXY: 'loopback' };
    const secure = await startDoorstep({ environment });
    const proxied = { host: 'app.test', 'x-forwarded-proto': 'https' };
    const started = await request(secure.url).get('/sign-in').set(proxied).expect(303);
    const [cookie = ''] = started.headers['set-cookie'] ?? [];
    const state = new URL(started.headers.location ?? '').searchParams.get('state');
    const back = (sent: string) =>
      request(secure.url)
        .get(`/callback?state=${state}&error=access_denied&iss=${secure.logto.issuer}`)
        .set({ ...proxied, accept: 'text/html', cookie: sent });
    const pair = cookie.split(';')[0] ?? '';
    for (const tossed of [
      pair.replace('__Host-', ''),
      pair.replace('__Host-', '__host-'),
      `\u00a0${pair}`,
      `=${pair}`,
    ])
      expect(reasonOn({ body: (await back(tossed)).text })).toBe('sign_in_not_found');
    expect(reasonOn({ body: (await back(pair)).text })).toBe('denied');
    await secure.close();
  });

  it('S4 cookie tossing: a planted cookie before or after mine makes me nobody else', async () => {
    const [ada, otter] = [await app.signedInBrowser(), await app.signedInBrowser(OTTER)];
    const mine = ours(ada)[0]?.value;
    const planted = 's%3Aplanted.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    for (const cookie of [
      `doorstep=${planted}; doorstep=${mine}`,
      `doorstep=${mine}; doorstep=${planted}`,
    ]) {
      const home = await request(app.url).get('/').set({ cookie });
      expect(home.text).toMatch(/Ada Lovelace|Come on in/);
      expect(home.headers['set-cookie']).toBeUndefined();
    }
    expect([await people.isIn(ada), await people.isIn(otter)]).toEqual([true, true]);
  });

  const CONFUSING = [
    ...[
      '/account/',
      '//account',
      '/./account',
      '/%61ccount',
      '/account%2f',
      '/account;x',
      '/ACCOUNT',
    ],
    ...[
      '/account%00',
      '/account%20',
      '/sessions/',
      '/SESSIONS',
      '//sessions',
      '/sessions//',
      '/sessions;x',
    ],
    ...[
      '/x/../account',
      '/%2e/account',
      '/account/..',
      '/account/.',
      '/account?/sign-in',
      '/account#x',
    ],
    ...[
      '/assets/../account',
      '/assets%2f..%2faccount',
      '/sign-in/../account',
      '/healthz/../account',
    ],
    ...['/callback/', '/CALLBACK', '//callback', '/callback;x', '/callback%2f', '/%63allback'],
  ];

  it('no spelling of a path shows a personal page to a visitor', async () => {
    for (const path of CONFUSING) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const { status, body, headers } = await wire.ask({ method, path });
        expect([method, path, [200, 303, 404, 405].includes(status)]).toEqual([method, path, true]);
        if (status === 303) expect(headers.location).toMatch(/^\/sign-in\?return_to=%2F/);
        expect(body).not.toMatch(PERSONAL);
        expect(headers['set-cookie']).toBeUndefined();
      }
    }
  });

  it('S26 no spelling of a path lets a cross-site change through', async () => {
    const ada = await app.signedInBrowser();
    const spellings = [
      '/sign-out',
      '/sign-out/',
      '/SIGN-OUT',
      '//sign-out',
      '/%73ign-out',
      '/sign-out;x',
    ];
    const others = [
      '/sessions/end-others',
      '/SESSIONS/end-others',
      '/sessions/end-others/',
      '//sessions/end-others',
    ];
    const exempt = [
      '/backchannel-logout/../sign-out',
      '/backchannel-logout/',
      '/BACKCHANNEL-LOGOUT',
      '/backchannel-logout%2f..%2fsign-out',
    ];
    for (const path of [...spellings, ...others, ...exempt]) {
      for (const site of ['cross-site', 'same-site', 'none']) {
        const headers: [string, string][] = [
          ['Cookie', cookieOf(ada)],
          ['Sec-Fetch-Site', site],
        ];
        const { status } = await wire.ask({ method: 'POST', path, headers });
        expect([path, site, status]).toEqual([path, site, 403]);
      }
    }
    expect(await people.isIn(ada)).toBe(true);
  });

  it('an address with a foreign host in the request line is answered as a path, and spends nothing', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const { status, headers } = await wire.ask({
      path: `http://evil.example${pathOf(callback)}`,
      headers: [['Cookie', cookieOf(browser)]],
    });
    expect(status).toBeLessThan(500);
    expect(headers.location ?? '').not.toContain('evil');
    if (status !== 303) expect((await browser.get(callback)).url).toBe(`${app.url}/`);
  });

  // What Node's deprecated parser warns of ends at the server: test/server/refusals.test.ts.
  it.each(['http://evil.example:99999/callback', 'http://[/callback', 'x://callback', '*'])(
    'the request line %s is no server error',
    async (path) => {
      const host = `Host: ${new URL(app.url).host}`;
      const lines = [`GET ${path} HTTP/1.1`, host, 'Connection: close', '', ''];
      const answer = await wire.bytes(lines.join('\r\n'));
      expect(answer).toMatch(/^HTTP\/1\.1 [1-4]/);
      expect(answer).not.toMatch(/:\d+:\d+\)|node_modules/);
    },
  );

  it('S27 a foreign host in the request line or in Host never gets into a Location', async () => {
    const hosts = [new URL(app.url).host, 'evil.example'];
    for (const path of [
      'http://evil.example/account',
      'http://evil.example//x',
      'http://evil.example',
    ])
      for (const host of hosts) {
        const { status, headers } = await wire.ask({ path, headers: [['Host', host]] });
        expect([path, host, status, headers.location]).toEqual([path, host, 400, undefined]);
      }
    for (const path of ['/account', '//evil.example/%2e%2e/account']) {
      const answer = await wire.ask({ path, headers: [['Host', 'evil.example']] });
      expect([path, answer.status, answer.headers.location]).toEqual([path, 400, undefined]);
      const onward = new Set([...answer.body.matchAll(/href="http:[^"]*"/g)].map(([href]) => href));
      expect([...onward]).toEqual([`href="${app.url}${path}"`]);
    }
  });

  it('five sign-ins under way with the longest ways back fit into a header line', async () => {
    const browser = app.browser();
    const longest = `/${'a'.repeat(511)}`;
    for (let tab = 0; tab < 6; tab += 1)
      await browser.get(`${app.url}/sign-in?return_to=${longest}`, { follow: false });
    const header = ours(browser)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    expect(ours(browser)).toHaveLength(5);
    expect(header.length).toBeLessThan(HEADER_LINE - 1024);
  });

  it('a bare device name or one made of markup is still a name, and only text', async () => {
    for (const agent of [
      '<script>alert(1)</script>/1.0 x',
      '/1 x',
      '__proto__/1 x',
      '"><img src=x>/1 x',
    ]) {
      const browser = await people.signInFrom(agent);
      const { body } = await browser.get(`${app.url}/sessions`);
      expect(body).not.toMatch(/<script>|<img src=x/);
      expect([agent, /<b>\s*<\/b>/.test(body)]).toEqual([agent, false]);
      await people.click(browser, '/sign-out');
    }
  });
});

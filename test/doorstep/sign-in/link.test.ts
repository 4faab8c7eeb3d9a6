import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { linkFor, nonceOn, press, pressOn } from '../../harness/links.ts';
import { type People, peopleAt, reasonOn } from '../../harness/people.ts';

const CONFIRM = 'Sign in with this link?';
const EMAIL = 'grace@example.org';
const NOT_OPEN = 'sign_in_link_not_open';

describe('signing in by a link', () => {
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(() => app.close());

  const open = async (email = EMAIL) => {
    const browser = app.browser();
    await browser.get(linkFor(app, email));
    return browser;
  };
  const tokenIn = (link: string) => new URL(link).searchParams.get('one_time_token') ?? '';
  const statusOf = (link: string) => app.logto.oneTimeTokens.find(tokenIn(link))?.status;

  it('F70 the page names the address, and its button signs in', async () => {
    const browser = await open();
    expect(browser.page?.url).toBe(`${app.url}/sign-in/link`);
    expect(browser.page?.body).toContain(CONFIRM);
    expect(browser.page?.body).toContain(`<strong dir="auto">${EMAIL}</strong>`);
    expect(browser.page?.body).not.toContain('You are signed in as');
    const home = await pressOn(browser);
    expect(home.url).toBe(`${app.url}/`);
    expect(await people.claim(browser, 'email')).toBe(EMAIL);
  });

  it('F70 S66 only the cookie keeps the token: no address, no page, no log, no header of ours', async () => {
    app.logs.length = 0;
    const link = linkFor(app, EMAIL);
    const answer = await request(app.url).get(link.slice(app.url.length)).expect(303);
    expect(answer.headers).toMatchObject({
      location: '/sign-in/link',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const cookies = answer.headers['set-cookie'] ?? [];
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatch(/^doorstep-link=[\w-]+; Max-Age=600; .*HttpOnly; SameSite=Lax$/);
    const page = await request(app.url)
      .get('/sign-in/link')
      .set({ cookie: cookies[0]?.split(';')[0] ?? '', accept: 'text/html' })
      .expect(200);
    expect(page.headers['cache-control']).toBe('no-store, no-transform');
    expect(page.headers['x-frame-options']).toBe('DENY');
    for (const seen of [answer.text, cookies, page.text, page.headers, app.logs])
      expect(JSON.stringify(seen)).not.toContain(tokenIn(link));
    expect(JSON.stringify(app.logs)).not.toContain(EMAIL);
    expect(app.logs.map(({ event }) => event)).toEqual(['sign_in_link.opened']);
  });

  it('F70 asks Logto for that address, without direct_sign_in, and to sign anybody else out', async () => {
    const browser = await open('Grace+Hopper@Example.ORG');
    const { headers } = await press(browser, { follow: false });
    const asked = new URL(headers.get('location') ?? '');
    expect(asked.href).toMatch(`${app.logto.issuer}/auth?`);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      login_hint: 'grace+hopper@example.org',
      one_time_token: expect.stringMatching(/^[\w-]{32}$/),
      prompt: 'login consent',
    });
    expect(asked.searchParams.has('direct_sign_in')).toBe(false);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('F70 C8 a foreign link changes nothing for whoever is signed in, until the button is pressed', async () => {
    const ada = await app.signedInBrowser();
    const link = linkFor(app, 'mallory@example.org');
    const page = await ada.get(link, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(page.body).toContain('You are signed in as <strong dir="auto">Ada Lovelace</strong>');
    expect(page.body).toContain('mallory@example.org');
    expect(await people.claim(ada, 'email')).toBe('ada@example.org');
    expect(statusOf(link)).toBe('active');
    await ada.get(`${app.url}/sign-in/link`);
    const before = people.sessionId(ada);
    await pressOn(ada);
    expect(await people.claim(ada, 'email')).toBe('mallory@example.org');
    expect(people.sessionId(ada)).not.toBe(before);
  });

  it('F70 reload and Back of the page work; after the button the cookie is gone', async () => {
    const browser = await open();
    const again = await browser.get(`${app.url}/sign-in/link`);
    expect(again.body).toContain(CONFIRM);
    await press(browser, { follow: false });
    expect(browser.cookies.find('localhost', 'doorstep-link')).toBeUndefined();
    const back = await browser.get(`${app.url}/sign-in/link`);
    expect([back.status, reasonOn(back)]).toEqual([400, NOT_OPEN]);
    expect(back.body).toContain('Open your link once more');
    const signedIn = await open();
    await pressOn(signedIn);
    expect((await signedIn.get(`${app.url}/sign-in/link`)).url).toBe(`${app.url}/`);
  });

  it('F70 after 10 minutes it has to be opened again', async () => {
    const browser = await open();
    const { value = '' } = browser.cookies.find('localhost', 'doorstep-link') ?? {};
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 });
    const page = await request(app.url)
      .get('/sign-in/link')
      .set({ cookie: `doorstep-link=${value}`, accept: 'text/html' });
    expect([page.status, reasonOn({ body: page.text })]).toEqual([400, NOT_OPEN]);
  });

  it('F70 a page of one link doesn’t confirm another that was opened since', async () => {
    const browser = await open();
    const nonce = nonceOn(browser.page);
    await browser.get(linkFor(app, 'mallory@example.org'));
    const answer = await browser.post(`${app.url}/sign-in/link`, { nonce }, { follow: false });
    expect([answer.status, reasonOn(answer)]).toEqual([400, NOT_OPEN]);
    expect(await people.isIn(browser)).toBe(false);
  });

  it.each([
    ['no nonce', {}],
    ['an empty one', { nonce: '' }],
    ['a guess', { nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('F70 S26 %s: nothing begins', async (_what, form) => {
    const browser = await open();
    const answer = await browser.post(`${app.url}/sign-in/link`, form, { follow: false });
    expect(reasonOn(answer)).toBe(NOT_OPEN);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each(['cross-site', 'same-site', 'none'])('F70 S26 a form from %s: 403', async (site) => {
    const browser = await open();
    const headers = { 'sec-fetch-site': site };
    const answer = await press(browser, { follow: false, headers });
    expect([answer.status, reasonOn(answer)]).toEqual([403, 'cross_site_request']);
    expect((await browser.get(`${app.url}/sign-in/link`)).body).toContain(CONFIRM);
  });

  it.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['a fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ])('F70 C8 %s opens no link', async (_what, headers) => {
    for (const path of [linkFor(app, EMAIL).slice(app.url.length), '/sign-in/link']) {
      const answer = await request(app.url).get(path).set(headers).expect(400);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('F70 C8 HEAD and others are 405 and change nothing', async () => {
    for (const path of [linkFor(app, EMAIL).slice(app.url.length), '/sign-in/link']) {
      const answer = await request(app.url).head(path).expect(405);
      expect(answer.headers.allow).toBe('GET, POST');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    await request(app.url).put('/sign-in/link').set('origin', app.url).expect(405);
  });

  it.each([
    ['one_time_token=abc', 'login_hint has to be an e-mail address'],
    [`login_hint=${EMAIL}`, 'one_time_token is missing'],
    [`one_time_token=&login_hint=${EMAIL}`, 'one_time_token has to be 1 to 64'],
    [`one_time_token=${'a'.repeat(65)}&login_hint=${EMAIL}`, 'one_time_token has to be 1 to 64'],
    [`one_time_token=a%20b&login_hint=${EMAIL}`, 'one_time_token has to be 1 to 64'],
    [`one_time_token=a&one_time_token=b&login_hint=${EMAIL}`, 'may be given once'],
    ['one_time_token=abc&login_hint=nobody', 'login_hint has to be an e-mail address'],
    ['one_time_token=abc&login_hint=a@b%E2%80%AEc', 'login_hint has to be an e-mail address'],
    ['one_time_token=abc&login_hint=a%00@b', 'login_hint has to be an e-mail address'],
    [`one_time_token=abc&login_hint=a@${'b'.repeat(253)}`, 'login_hint has to be at most 254'],
  ])('F70 bad input: %s gets a 400 that says what would be right', async (query, hint) => {
    const answer = await request(app.url).get(`/sign-in/link?${query}`).set('accept', 'text/html');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(hint);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
  });

  it('F70 a link costs neither Redis nor Logto before its button', async () => {
    const ada = await app.signedInBrowser();
    app.logto.resetCalls();
    const visit = () => ada.get(linkFor(app, EMAIL), { follow: false });
    if (app.redisServer) expect(await app.redisServer.countCommands(visit)).toBe(0);
    else await visit();
    expect(Object.values(app.logto.calls).filter(Boolean)).toEqual([]);
  });

  it('F70 C10 no way back leads to a link', async () => {
    const browser = app.browser();
    const link = linkFor(app, 'mallory@example.org').slice(app.url.length);
    const callback = await app.upToCallback(
      browser,
      `/sign-in?return_to=${encodeURIComponent(link)}`,
    );
    expect((await browser.get(callback)).url).toBe(`${app.url}/`);
  });

  it('F70 C18 with Logto out of reach the link stays open for another try', async () => {
    const other = await startDoorstep();
    other.logto.failNext('discovery', { status: 500 }, 5);
    const browser = other.browser();
    await browser.get(linkFor(other, EMAIL));
    const failed = await press(browser);
    expect([failed.status, reasonOn(failed)]).toEqual([503, 'logto_unavailable']);
    expect((await browser.get(`${other.url}/sign-in/link`)).body).toContain(CONFIRM);
    await other.close();
  });

  it('F70 what a link was tampered with opens nothing', async () => {
    const browser = await open();
    const { value = '' } = browser.cookies.find('localhost', 'doorstep-link') ?? {};
    for (const cookie of [`${value.slice(0, -4)}AAAA`, 'x', '']) {
      const page = await request(app.url)
        .get('/sign-in/link')
        .set({ cookie: `doorstep-link=${cookie}`, accept: 'text/html' });
      expect(reasonOn({ body: page.text })).toBe(NOT_OPEN);
    }
  });

  it('F70 links don’t take a person’s own sign-ins, and are bounded themselves', async () => {
    const strict = await startDoorstep({
      limits: { signIn: 2, callback: 9, backchannelFailures: 9 },
    });
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      const page = await strict.browser().get(linkFor(strict, EMAIL), { follow: false });
      statuses.push(page.status);
    }
    expect(statuses).toEqual([303, 303, 429]);
    const own = await strict.browser().get(`${strict.url}/sign-in`, { follow: false });
    expect(own.status).toBe(303);
    await strict.close();
  });
});

import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorizeAt } from '../demo/authorize-at.ts';
import type { Browser } from '../demo/browser.ts';
import { ADA, CLIENT, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { passTime } from '../harness/pass-time.ts';
import { type People, peopleAt, reasonOn } from '../harness/people.ts';

const HOUR = 60 * 60_000;
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

describe('the sessions page', () => {
  let app: Doorstep;
  let people: People;
  // One for each test: none sees the sessions of another.
  beforeEach(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    return app.close();
  });

  const bodyOf = async (browser: Browser, query = '') =>
    (await browser.get(`${app.url}/sessions${query}`)).body;
  const rowsOf = (body: string) => body.match(/<li class="row">[\s\S]*?<\/li>/g) ?? [];
  const actionsOf = (body: string) =>
    [...body.matchAll(/action="(\/sessions\/[\w-]+\/end)"/g)].map(([, action]) => action ?? '');
  const nameOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 22);
  const cookieOf = (browser: Browser) => browser.cookies.header(new URL(app.url));

  it('S11 lists my devices, marks this one, says when each was last used', async () => {
    const laptop = await people.signInFrom(CHROME);
    const phone = await people.signInFrom(IPHONE);
    await app.redis.pexpire(`session:${people.sessionId(phone)}`, 46 * HOUR - 1000);
    const rows = rowsOf(await bodyOf(laptop));
    expect(rows).toHaveLength(2);
    const [mine, other] = [
      rows.filter((row) => row.includes('This device')),
      rows.filter((row) => !row.includes('This device')),
    ];
    expect([mine.length, other.length]).toEqual([1, 1]);
    expect(mine[0]).toContain('Chrome on Windows');
    expect(mine[0]).toContain('In use now.');
    expect(mine[0]).not.toContain('<form');
    expect(other[0]).toContain('Safari on iPhone');
    expect(other[0]).toMatch(
      /Last used 2 hours ago\. Signed in <time [^>]+>\d+ \w+ \d{4}, \d\d:\d\d UTC<\/time>\./,
    );
  });

  it('F125 an iPad is told from an iPhone, and what went idle is not counted', async () => {
    const laptop = await people.signInFrom(CHROME);
    await people.signInFrom(IPHONE.replace('(iPhone; CPU iPhone OS', '(iPad; CPU OS'));
    const idle = await people.signInFrom(IPHONE);
    expect(await bodyOf(laptop)).toContain('3 devices are signed in, this one included.');
    await app.redis.del(`session:${people.sessionId(idle)}`);
    const body = await bodyOf(laptop);
    expect(body).toContain('Safari on iPad');
    expect(body).toContain('2 devices are signed in, this one included.');
    await people.click(laptop, '/sessions/end-others');
    expect(await bodyOf(laptop)).toContain('Only this device is signed in.');
  });

  it('S11 "last used" is right in a session’s last hours too', async () => {
    const [laptop, phone] = [await people.signInFrom(CHROME), await people.signInFrom(IPHONE)];
    // Often enough that neither goes idle; the end comes after 336 hours.
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let visit = 0; visit < 10; visit += 1) {
      vi.setSystemTime(Date.now() + 33 * HOUR);
      for (const browser of [laptop, phone]) expect(await people.isIn(browser)).toBe(true);
    }
    const lastUsed = async () => /Last used [^.]*/.exec(await bodyOf(laptop))?.[0];
    expect(await lastUsed()).toBe('Last used a moment ago');
    const key = `session:${people.sessionId(phone)}`;
    await app.redis.pexpire(key, (await app.redis.pttl(key)) - 2 * HOUR);
    expect(await lastUsed()).toBe('Last used 2 hours ago');
  });

  it('S11 looking at the list doesn’t count as using the other sessions', async () => {
    const [laptop, phone] = [await people.signInFrom(CHROME), await people.signInFrom(IPHONE)];
    const key = `session:${people.sessionId(phone)}`;
    await app.redis.pexpire(key, HOUR);
    await bodyOf(laptop);
    expect(await app.redis.pttl(key)).toBeLessThanOrEqual(HOUR);
  });

  it('S11 ends one: out at its next click, its refresh token revoked, the others stay', async () => {
    const laptop = await people.signInFrom(CHROME);
    const phone = await people.signInFrom(IPHONE);
    const third = await people.signInFrom(FIREFOX);
    const id = people.sessionId(phone);
    const [refreshToken = ''] = await app.tokensOf(id);
    await bodyOf(laptop);
    const page = await laptop.post(`${app.url}/sessions/${nameOf(id)}/end`, {});
    expect(page.url).toBe(`${app.url}/sessions`);
    expect(page.body).toContain('Ended. Safari on iPhone has to sign in again.');
    expect(rowsOf(page.body)).toHaveLength(2);
    expect(await people.isIn(phone)).toBe(false);
    expect([await people.isIn(laptop), await people.isIn(third)]).toEqual([true, true]);
    const redeem = () =>
      request(app.logto.issuer)
        .post('/token')
        .auth(CLIENT.id, CLIENT.secret)
        .type('form')
        .send({ grant_type: 'refresh_token', refresh_token: refreshToken });
    await eventually(async () => expect((await redeem()).body.error).toBe('invalid_grant'));
  });

  it('S11 ends all others', async () => {
    const laptop = await people.signInFrom(CHROME);
    const others = [await people.signInFrom(IPHONE), await people.signInFrom(FIREFOX)];
    const otter = await app.signedInBrowser(OTTER);
    app.logto.resetCalls();
    const page = await people.click(laptop, '/sessions/end-others');
    expect(page.body).toContain('All other devices have to sign in again.');
    expect(rowsOf(page.body)).toHaveLength(1);
    expect(page.body).not.toContain('end-others');
    for (const other of others) expect(await people.isIn(other)).toBe(false);
    expect([await people.isIn(laptop), await people.isIn(otter)]).toEqual([true, true]);
    await eventually(() => expect(app.logto.calls.revocation).toBe(2));
  });

  it('S11 ending others stops a sign-in that is under way elsewhere', async () => {
    const laptop = await people.signInFrom(CHROME);
    const thief = app.browser();
    const callback = await app.upToCallback(thief);
    await people.click(laptop, '/sessions/end-others');
    await thief.get(callback);
    expect([await people.isIn(thief), await people.isIn(laptop)]).toEqual([false, true]);
  });

  it('S57 ending others stops a sign-in under way, however long that takes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const laptop = await people.signInFrom(CHROME);
    const [slow, later] = [app.browser(), app.browser()];
    const { stoppedAt } = await slow.get(`${app.url}/sign-in`, { until: app.logto.endpoint });
    await people.click(laptop, '/sessions/end-others');
    await passTime(app, 58 * 60_000);
    const page = await slow.get(await authorizeAt(slow, stoppedAt ?? '', ADA));
    expect(reasonOn(page)).toBe('signed_out_meanwhile');
    expect(await people.isIn(slow)).toBe(false);
    await later.get(await app.upToCallback(later));
    expect([await people.isIn(later), await people.isIn(laptop)]).toEqual([true, true]);
  });

  it('S11 somebody else’s session can’t be seen, named or ended', async () => {
    const ada = await people.signInFrom(CHROME);
    const otter = await people.signInFrom(FIREFOX, OTTER);
    const id = people.sessionId(otter);
    expect(await bodyOf(ada)).not.toContain('Firefox');
    for (const name of [nameOf(id), id, encodeURIComponent(id), '..', '*', '', '__proto__']) {
      const page = await ada.post(`${app.url}/sessions/${name}/end`, {});
      expect([name, page.status]).toEqual([name, 404]);
    }
    expect(await people.isIn(otter)).toBe(true);
  });

  it('S3 S11 session ids are never in the page, nor are the cookie values', async () => {
    const [laptop, phone] = [await people.signInFrom(CHROME), await people.signInFrom(IPHONE)];
    const body = await bodyOf(laptop);
    for (const browser of [laptop, phone]) {
      expect(body).not.toContain(people.sessionId(browser));
      expect(body).not.toContain(browser.cookies.find('localhost', 'doorstep')?.value);
    }
    expect(actionsOf(body)).toEqual([`/sessions/${nameOf(people.sessionId(phone))}/end`]);
  });

  it('S11 one’s own session is ended by signing out, not here', async () => {
    const laptop = await people.signInFrom(CHROME);
    const page = await people.click(laptop, `/sessions/${nameOf(people.sessionId(laptop))}/end`);
    expect(page.url).toBe(`${app.url}/sign-out`);
    expect(await people.isIn(laptop)).toBe(true);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', { origin: 'https://evil.example' }],
    ['nobody knows where', {}],
  ])('S26 a change asked for by %s is refused', async (_what, headers) => {
    const [laptop, phone] = [await people.signInFrom(CHROME), await people.signInFrom(IPHONE)];
    for (const path of [`/sessions/${nameOf(people.sessionId(phone))}/end`, '/sessions/end-others'])
      await request(app.url)
        .post(path)
        .set({ cookie: cookieOf(laptop), ...headers })
        .expect(403);
    expect(await people.isIn(phone)).toBe(true);
  });

  it('S26 a GET ends nothing', async () => {
    const [laptop, phone] = [await people.signInFrom(CHROME), await people.signInFrom(IPHONE)];
    for (const path of [`/sessions/${nameOf(people.sessionId(phone))}/end`, '/sessions/end-others'])
      expect((await laptop.get(app.url + path)).status).toBe(404);
    expect(await people.isIn(phone)).toBe(true);
  });

  it('S9 every page of a signed-in person carries Sign out, error pages too', async () => {
    const browser = await people.signInFrom(CHROME);
    for (const path of ['/', '/account', '/sessions', '/sign-out', '/nope']) {
      expect((await browser.get(app.url + path)).body).toMatch(/(action|href)="\/sign-out"/);
    }
  });

  it('C10 a visitor signs in and comes back to the list; from a form, to a page that exists', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/sessions?page=1');
    expect((await browser.get(callback)).url).toBe(`${app.url}/sessions?page=1`);
    const late = app.browser();
    const headers = { 'sec-fetch-site': 'same-origin' };
    const asked = await late.post(`${app.url}/sessions/x/end`, {}, { headers, follow: false });
    const back = await app.upToCallback(late, asked.headers.get('location') ?? '');
    expect((await late.get(back)).status).toBe(200);
  });

  it.each(['0', '-1', '1e9', 'x', '99999999999999999999', '1&page=2', '__proto__', '%00'])(
    '?page=%s is a page all the same',
    async (page) => {
      const laptop = await people.signInFrom(CHROME);
      expect((await laptop.get(`${app.url}/sessions?page=${page}`)).status).toBe(200);
    },
  );
});

describe('the directory of sessions', () => {
  let app: Doorstep;
  let people: People;
  // One for each test: none sees the sessions of another.
  beforeEach(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    return app.close();
  });

  const entries = async () => {
    const keys = await app.stored.keys('user-sessions:*');
    const all = await Promise.all(keys.map((key) => app.redis.listIndex(key, 0, 1e6)));
    return all.map(({ length }) => length);
  };

  it('S11 never grows for ever: a sign-in takes away what has ended', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    for (let round = 0; round < 3; round += 1) await app.signedInBrowser();
    expect(await entries()).toEqual([3]);
    await passTime(app, 337 * HOUR);
    await app.signedInBrowser();
    expect(await entries()).toEqual([1]);
  });

  it('S11 what went idle is left out of the list and forgotten', async () => {
    const [laptop, phone] = [await app.signedInBrowser(), await app.signedInBrowser()];
    await app.redis.del(`session:${people.sessionId(phone)}`);
    const rows = async () =>
      (await laptop.get(`${app.url}/sessions`)).body.match(/<li class="row">/g)?.length;
    expect(await rows()).toBe(1);
    expect(await entries()).toEqual([1]);
  });

  it('nothing is ever put into Redis without an end', async () => {
    const browser = await app.signedInBrowser();
    await app.logto.sendBackchannelLogout({ sub: await people.claim(browser, 'sub') });
    await app.signedInBrowser();
    await browser.get(`${app.url}/readyz`);
    const keys = await app.stored.keys('*');
    expect(keys.length).toBeGreaterThan(6);
    for (const key of keys)
      expect([key, await app.redis.pttl(key)]).toEqual([key, expect.toSatisfy((left) => left > 0)]);
  });

  it('S11 F125 over twenty: the total, pages, each session on just one of them and by a name of its own', async () => {
    const laptop = await app.signedInBrowser();
    await Promise.all(Array.from({ length: 24 }, () => app.signedInBrowser()));
    const first = (await laptop.get(`${app.url}/sessions`)).body;
    const second = (await laptop.get(`${app.url}/sessions?page=2`)).body;
    // Besides this device, which is on each.
    expect(first.match(/<li class="row">/g)).toHaveLength(21);
    expect(second.match(/<li class="row">/g)).toHaveLength(5);
    expect(first).toContain('href="/sessions?page=2"');
    expect(first).not.toContain('Newer sessions');
    expect(second).toContain('href="/sessions?page=1"');
    expect(second).not.toContain('Older sessions');
    const actions = `${first}${second}`.match(/action="\/sessions\/[\w-]+\/end"/g) ?? [];
    expect(new Set(actions).size).toBe(24);
    for (const page of [first, second]) {
      expect(page.match(/This device/g)).toHaveLength(1);
      expect(page).toContain('25 devices are signed in, this one included.');
    }
    const labels = `${first}${second}`.match(/aria-label="End session[^"]*"/g) ?? [];
    expect(new Set(labels).size).toBe(24);
  });

  it('S11 over twenty, some gone idle: the older ones can still be reached', async () => {
    const laptop = await app.signedInBrowser();
    const later: Browser[] = [];
    for (let round = 0; round < 24; round += 1) later.push(await app.signedInBrowser());
    for (const browser of later.slice(-3))
      await app.redis.del(`session:${people.sessionId(browser)}`);
    const first = (await laptop.get(`${app.url}/sessions`)).body;
    // A whole page of those that live, and this device.
    expect(first.match(/<li class="row">/g)).toHaveLength(21);
    expect(first).toContain('href="/sessions?page=2"');
    expect(first).toContain('/sessions/end-others');
  });
});

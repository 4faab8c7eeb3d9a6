import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';
import { type People, peopleAt } from '../../harness/people.ts';

const MINUTE = 60_000;

describe('the application’s access control at Logto', () => {
  let app: Doorstep;
  let people: People;
  beforeEach(async () => {
    app = await startDoorstep({ environment: WHOLE_SITE });
    people = peopleAt(app);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });
  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const whyEnded = () => app.logs.find(({ event }) => event === 'session.ended')?.why;

  it('C41 somebody who is left out is out at the next recheck', async () => {
    const browser = await app.signedInBrowser();
    app.logto.exclude(await people.claim(browser, 'sub'));
    expect(await people.isIn(browser)).toBe(true);
    later(11 * MINUTE);
    expect(await people.isIn(browser)).toBe(false);
    expect(whyEnded()).toBe('access_denied');
    expect(await app.stored.keys('session*')).toEqual([]);
  });

  it('C41 at a refresh for an API, a plain refresh decides: left out as a whole', async () => {
    const browser = await app.signedInBrowser();
    app.logto.exclude(await people.claim(browser, 'sub'));
    app.logto.resetCalls();
    const page = await browser.get(`${app.url}/books`, { follow: false });
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/sign-in?return_to=%2Fbooks',
    ]);
    expect(app.logto.tokenCalls.refresh_token).toBe(2);
    expect(whyEnded()).toBe('access_denied');
  });

  it('C41 at a refresh for an API, a plain refresh decides: only that API is refused', async () => {
    const browser = await app.signedInBrowser();
    app.logto.failNext('token', { status: 400, body: { error: 'access_denied' } });
    expect((await browser.get(`${app.url}/books`)).status).toBe(502);
    expect(await people.isIn(browser)).toBe(true);
    expect(app.logto.tokenCalls.refresh_token).toBe(2);
  });

  it.each([
    ['another status', { status: 403, body: { error: 'access_denied' } }],
    ['no JSON, from something in between', { status: 400, body: 'access_denied' }],
  ])('C41 %s ends nothing', async (_what, fault) => {
    const browser = await app.signedInBrowser();
    app.logto.failNext('token', fault);
    later(11 * MINUTE);
    expect(await people.isIn(browser)).toBe(true);
    expect(app.logto.tokenCalls.refresh_token).toBe(1);
    expect(whyEnded()).toBeUndefined();
  });

  it('C41 somebody who is left out does not come in: the sign-in ends at Logto', async () => {
    const browser = await app.signedInBrowser();
    const sub = await people.claim(browser, 'sub');
    await people.click(browser, '/sign-out');
    app.logto.exclude(sub);
    await expect(app.upToCallback(app.browser())).rejects.toThrow();
  });
});

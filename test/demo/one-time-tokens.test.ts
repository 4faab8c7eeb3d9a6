import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { linkFor, press, pressOn } from '../harness/links.ts';
import { type People, peopleAt } from '../harness/people.ts';

/** As measured on a Logto of August 2026, social-only, without an e-mail connector. */
describe('the stand-in for Logto takes one-time tokens as the real one does', () => {
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(() => app.close());

  const userOf = (email: string) => app.logto.users.all().filter((user) => user.email === email);
  const follow = async (link: string, browser = app.browser()) => {
    await browser.get(link);
    return { browser, page: await pressOn(browser) };
  };
  /** Straight to Logto, as an app would that asks otherwise than ours. */
  const authorize = async (changes: Record<string, string | null>, browser = app.browser()) => {
    await browser.get(linkFor(app, 'ada@example.org'));
    const { headers } = await press(browser, { follow: false });
    const url = new URL(headers.get('location') ?? '');
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return browser.get(url.href);
  };

  it('an existing user with that e-mail is signed in, with no click', async () => {
    await app.signedInBrowser();
    const [ada] = userOf('ada@example.org');
    const link = linkFor(app, 'ada@example.org');
    const { browser } = await follow(link);
    expect(await people.claim(browser, 'sub')).toBe(ada?.sub);
    expect(await people.claim(browser, 'email_verified')).toBe('true');
    const token = new URL(link).searchParams.get('one_time_token') ?? '';
    expect(app.logto.oneTimeTokens.find(token)?.status).toBe('consumed');
  });

  it('an unknown e-mail makes a user, who may join an organization', async () => {
    const email = 'newcomer@example.org';
    expect(userOf(email)).toEqual([]);
    const { browser } = await follow(
      linkFor(app, email, { jitOrganizationIds: ['anaengines37', 'unheard_of'] }),
    );
    expect(await people.isIn(browser)).toBe(true);
    expect(userOf(email)).toMatchObject([
      { organizations: [{ id: 'anaengines37', name: 'Analytical Engines' }, { id: 'unheard_of' }] },
    ]);
  });

  it.each([
    [
      'used again, in another browser',
      async () => {
        const link = linkFor(app, 'twice@example.org');
        await follow(link);
        return (await follow(link)).page;
      },
    ],
    [
      'expired',
      async () => {
        const link = linkFor(app, 'late@example.org', { expiresIn: 60 });
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
        return (await follow(link)).page;
      },
    ],
    ['of another e-mail', () => authorize({ login_hint: 'mallory@example.org' })],
    ['without login_hint', () => authorize({ login_hint: null })],
    ['unknown', () => authorize({ one_time_token: 'x'.repeat(32) })],
  ])('%s: Logto’s page says so, and nothing returns to the app', async (_what, arrive) => {
    const page = await arrive();
    expect(page.url).toMatch(`${app.logto.endpoint}/one-time-token/error?`);
    expect(page.body).toContain('Invalid link');
  });

  it('a suspended user stops there', async () => {
    app.logto.users.withEmail('out@example.org');
    app.logto.suspend(userOf('out@example.org')[0]?.sub ?? '');
    const { page } = await follow(linkFor(app, 'out@example.org'));
    expect(page.url).toBe(`${app.logto.endpoint}/account-suspended`);
  });

  it('another person is signed in at Logto: one click, and none with prompt=login', async () => {
    const grace = 'grace@example.org';
    const { browser } = await follow(linkFor(app, grace));
    const asked = await authorize({ prompt: 'consent' }, browser);
    expect(asked.url).toMatch(`${app.logto.endpoint}/switch-account?`);
    expect(asked.body).toContain(`You are currently signed in as ${grace}.`);
    await follow(linkFor(app, 'ada@example.org'), browser);
    expect(await people.claim(browser, 'email')).toBe('ada@example.org');
  });

  it('used again in the browser of the same person: signed in again', async () => {
    const browser = app.browser();
    const link = linkFor(app, 'again@example.org');
    await follow(link, browser);
    const used = new URL(link).searchParams.get('one_time_token');
    const changes = { one_time_token: used, login_hint: 'again@example.org', prompt: 'consent' };
    expect((await authorize(changes, browser)).url).toBe(`${app.url}/`);
  });

  it('capitals: the right user is signed in, and stops all the same', async () => {
    const { token } = app.logto.oneTimeTokens.mint('GRACE@example.org');
    const page = await authorize({ login_hint: 'GRACE@example.org', one_time_token: token });
    expect(page.url).toMatch(`${app.logto.endpoint}/switch-account?`);
    expect(page.body).toContain('Continue as GRACE@example.org');
    expect(userOf('GRACE@example.org')).toEqual([]);
  });

  it('with direct_sign_in too, Hugging Face wins', async () => {
    const page = await authorize({ direct_sign_in: 'social:huggingface' });
    expect(page.url).toMatch(`${app.huggingFace.url}/oauth/authorize?`);
  });
});

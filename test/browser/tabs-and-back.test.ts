import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import {
  AT_HUGGING_FACE,
  arriveAt,
  authorize,
  follow,
  HELLO_ADA,
  press,
  signIn,
  signOut,
} from './walk.ts';

/** Where a new tab's history begins. */
const START = 'about:blank';

describe.skipIf(!chromiumPath)('tabs and the Back button, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let context: BrowserContext;
  let page: Page;
  /** Code exchanges that wait to be let through, while there is holding. */
  const held: (() => void)[] = [];
  let holding = false;

  beforeAll(async () => {
    const direct = fetch;
    vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
      const wait = holding && String(args[0]) === `${app.logto.issuer}/token`;
      if (wait) await new Promise<void>((letThrough) => held.push(letThrough));
      return direct(...args);
    });
    const environment = { LOGTO_TIMEOUT_SECONDS: '30' };
    [app, chromium] = await Promise.all([startDoorstep({ environment }), launchChromium()]);
  });
  beforeEach(async () => {
    context = await chromium.context();
    page = await context.newPage();
  });
  afterEach(async () => {
    holding = false;
    for (const letThrough of held.splice(0)) letThrough();
    await context.close();
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await Promise.all([app.close(), chromium.close()]);
  });

  const sessionCookie = async () =>
    (await context.cookies(app.url)).find(({ name }) => name === 'doorstep')?.value;

  const back = async () => {
    // A page that comes out of the back/forward cache never loads again.
    await page.goBack({ waitUntil: 'commit' });
    if (page.url() !== START) await page.getByRole('heading', { level: 1 }).waitFor();
  };

  it('C6 two tabs: each lands on its own page', async () => {
    // All tabs of a browser share Logto's one cookie for the sign-in under way there, so they pass
    // Logto one after the other. At the app both are under way until their codes are exchanged.
    await page.goto(`${app.url}/account?tab=a`);
    await follow(page, 'Continue with Hugging Face');
    holding = true;
    const authorized = authorize(page);
    await expect.poll(() => held.length).toBe(1);
    const tabB = await context.newPage();
    // Signed in at Logto by the first tab, the person is asked nothing there.
    const loaded = tabB.goto(`${app.url}/account?tab=b`);
    await expect.poll(() => held.length).toBe(2);
    holding = false;
    held[0]?.();
    await authorized;
    await page.waitForURL(`${app.url}/account?tab=a`);
    held[1]?.();
    await loaded;
    expect(tabB.url()).toBe(`${app.url}/account?tab=b`);
    for (const tab of [page, tabB]) {
      await tab.reload();
      await arriveAt(tab, 'Account');
    }
  });

  it('C7 Back after sign-in, and a yes said twice, change nothing', async () => {
    await signIn(page, app.url);
    const session = await sessionCookie();
    await back();
    await arriveAt(page, AT_HUGGING_FACE);
    await press(page, 'Authorize');
    await page.waitForURL(`${app.logto.endpoint}/**`);
    while (page.url() !== START) await back();
    await page.goto(app.url);
    await arriveAt(page, HELLO_ADA);
    expect(await sessionCookie()).toBe(session);
  });

  it('C7 a replayed callback sends a signed-in person home, a visitor to start again', async () => {
    await page.goto(app.url);
    await follow(page, 'Continue with Hugging Face');
    const answer = page.waitForRequest(`${app.url}/callback?*`);
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
    const session = await sessionCookie();
    const callback = (await answer).url();

    await page.goto(callback);
    await arriveAt(page, HELLO_ADA);
    expect(page.url()).toBe(`${app.url}/`);
    expect(await sessionCookie()).toBe(session);

    await signOut(page);
    await page.goto(callback);
    await arriveAt(page, 'We couldn’t finish signing you in');
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
  });

  it('S28 after sign-out, Back shows nothing personal', async () => {
    await signIn(page, app.url);
    await follow(page, 'Account');
    await arriveAt(page, 'Account');
    await signOut(page);
    const seen: string[] = [];
    while (page.url() !== START) {
      seen.push(new URL(page.url()).origin);
      // Hugging Face's stand-in names its invented people to everybody.
      if (seen.at(-1) !== app.huggingFace.url) {
        expect(await page.content(), page.url()).not.toMatch(/Lovelace|ada-l|ada@example\.org/);
      }
      await back();
    }
    expect(seen.filter((origin) => origin === app.url).length).toBeGreaterThan(1);
  });
});

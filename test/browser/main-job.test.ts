import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import {
  AT_HUGGING_FACE,
  AT_LOGTO,
  arriveAt,
  authorize,
  COME_IN,
  follow,
  HELLO_ADA,
  press,
  read,
  signIn,
} from './walk.ts';

describe.skipIf(!chromiumPath)('the main job, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let page: Page;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([startDoorstep(), launchChromium()]);
  });
  beforeEach(async () => {
    page = await (await chromium.context()).newPage();
  });
  afterEach(() => page.context().close());
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it('one button to Hugging Face, the account, and out again', async () => {
    await signIn(page, app.url);
    await arriveAt(page, HELLO_ADA);
    await page.getByRole('main').getByRole('link', { name: 'Account' }).click();
    await arriveAt(page, 'Account');
    expect(await page.getByText('ada@example.org').count()).toBeGreaterThan(0);
    await press(page, 'Sign out');
    await read(page, 'You are signed out.');
    await arriveAt(page, COME_IN);
    expect(page.url()).toBe(`${app.url}/`);
    await page.goto(`${app.url}/account`);
    await arriveAt(page, AT_LOGTO);
  });

  it('by other ways to sign in', async () => {
    await page.goto(app.url);
    await follow(page, 'Other ways to sign in');
    await arriveAt(page, AT_LOGTO);
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
  });

  it.each([
    ['straight from home', 'Continue with Hugging Face'],
    ['by way of Logto’s page', 'Other ways to sign in'],
  ])('cancelled at Hugging Face, then tried again, %s', async (_, way) => {
    await page.goto(app.url);
    await follow(page, way);
    if (way !== 'Continue with Hugging Face') await follow(page, 'Continue with Hugging Face');
    await arriveAt(page, AT_HUGGING_FACE);
    await press(page, 'Cancel');
    await read(page, 'unsuccessful');
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
  });

  it('with a new account at Logto', async () => {
    await page.goto(app.url);
    await follow(page, 'Create account');
    await arriveAt(page, 'Create your account');
    await page.getByRole('textbox', { name: 'Username' }).fill('brave_newt');
    await press(page, 'Create account');
    await arriveAt(page, 'Hello, @brave_newt');
  });

  it('C10 a deep link comes back exactly', async () => {
    await page.goto(`${app.url}/account?x=1&y=é`);
    await arriveAt(page, AT_LOGTO);
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await arriveAt(page, 'Account');
    expect(page.url()).toBe(`${app.url}/account?x=1&y=%C3%A9`);
  });

  it('by keyboard alone, with the focus in sight', async () => {
    const tabTo = async (role: 'link' | 'button', name: string) => {
      const wanted = page.getByRole(role, { name, exact: true }).and(page.locator(':focus'));
      for (let tabs = 0; tabs < 15; tabs += 1) {
        await page.keyboard.press('Tab');
        if ((await wanted.count()) === 1) break;
      }
      expect(await wanted.count(), `${name} is reached by Tab`).toBe(1);
      const outline = 'getComputedStyle(document.activeElement).outline';
      expect(await page.evaluate<string>(outline)).toMatch(/solid 3px|3px solid/);
    };
    await page.goto(app.url);
    await tabTo('link', 'Continue with Hugging Face');
    await page.keyboard.press('Enter');
    await arriveAt(page, AT_HUGGING_FACE);
    await tabTo('button', 'Authorize');
    await page.keyboard.press('Enter');
    await arriveAt(page, HELLO_ADA);
    await tabTo('button', 'Sign out');
    await page.keyboard.press('Enter');
    await read(page, 'You are signed out.');
  });

  it('without JavaScript', async () => {
    const context = await chromium.context({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await signIn(plain, app.url);
    await arriveAt(plain, HELLO_ADA);
    await press(plain, 'Sign out');
    // The stand-in's page sends itself on where it can; here its button is pressed.
    await plain.waitForURL(`${app.logto.endpoint}/**`);
    await press(plain, 'Sign out');
    await read(plain, 'You are signed out.');
    await context.close();
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { linkFor } from '../harness/links.ts';
import { inspect } from './inspect.ts';
import { arriveAt, COME_IN, follow, HELLO_ADA, press, signIn } from './walk.ts';

const CONFIRM = 'Sign in with this link?';
const BUTTON = 'Sign in with this link';
const EMAIL = 'grace@example.org';

describe.skipIf(!chromiumPath)('a sign-in link, in Chromium', () => {
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

  const emailOn = async () => {
    await page.goto(`${app.url}/account`);
    return page.getByText(EMAIL).first().isVisible();
  };

  it('F70 link, page, button, signed in; Back shows nothing that could be pressed twice', async () => {
    await page.goto(linkFor(app, EMAIL));
    await arriveAt(page, CONFIRM);
    expect(page.url()).toBe(`${app.url}/sign-in/link`);
    expect(await inspect(page, 'sign-in-link')).toEqual([]);
    await page.reload();
    await arriveAt(page, CONFIRM);
    await press(page, BUTTON);
    await page.waitForURL(`${app.url}/`);
    expect(await emailOn()).toBe(true);
    await page.goto(`${app.url}/sign-in/link`);
    await page.waitForURL(`${app.url}/`);
  });

  it('F70 C8 while somebody else is signed in: they stay, or the button changes it', async () => {
    await signIn(page, app.url);
    await page.goto(linkFor(app, EMAIL));
    await arriveAt(page, CONFIRM);
    await page.getByText('You are signed in as Ada Lovelace').waitFor();
    expect(await inspect(page, 'sign-in-link-signed-in')).toEqual([]);
    await follow(page, 'Stay as you are');
    await arriveAt(page, HELLO_ADA);
    await page.goto(`${app.url}/sign-in/link`);
    await press(page, BUTTON);
    // By way of Logto, which signs Ada out first and asks nothing.
    await page.waitForURL(`${app.url}/`);
    expect(await emailOn()).toBe(true);
  });

  it('F70 a link that is not open any more', async () => {
    await page.goto(`${app.url}/sign-in/link`);
    await arriveAt(page, 'Open your link once more');
    expect(await inspect(page, 'error-sign-in-link')).toEqual([]);
    await follow(page, 'Go to the home page');
    await arriveAt(page, COME_IN);
  });

  it('F70 a form on another site can’t press the button', async () => {
    await page.goto(linkFor(app, EMAIL));
    await arriveAt(page, CONFIRM);
    await page.goto('about:blank');
    await page.setContent(
      `<form method="post" action="${app.url}/sign-in/link"><button>Go</button></form>`,
    );
    await press(page, 'Go');
    await arriveAt(page, 'That didn’t come from our own pages');
  });
});

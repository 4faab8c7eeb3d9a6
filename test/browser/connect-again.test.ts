import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { inspect } from './inspect.ts';
import { arriveAt, authorize, follow, HELLO_ADA, press } from './walk.ts';

const CONNECT = 'Connect Hugging Face again';

describe.skipIf(!chromiumPath)('S61 a site for members at Hugging Face, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let page: Page;
  beforeAll(async () => {
    const environment = {
      HF_ACCESS_TOKENS: 'true',
      HF_ALLOWED_ORGANIZATIONS: 'analytical-engines:65a1c0de00000000000a1837',
    };
    [app, chromium] = await Promise.all([startDoorstep({ environment }), launchChromium()]);
  });
  beforeEach(async () => {
    page = await (await chromium.context()).newPage();
  });
  afterEach(() => page.context().close());
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it('without Hugging Face: the step that connects it, and then the way in', async () => {
    await page.goto(app.url);
    await follow(page, 'Create account');
    await page.getByRole('textbox', { name: 'Username' }).fill('brave_newt');
    await press(page, 'Create account');
    await arriveAt(page, CONNECT);
    expect(await inspect(page, 'connect-again')).toEqual([]);
    await follow(page, CONNECT);
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
    expect(page.url()).toBe(`${app.url}/`);
  });

  it('no member: a page that says why', async () => {
    await page.goto(app.url);
    await follow(page, 'Continue with Hugging Face');
    await authorize(page, '@quiet-otter');
    await arriveAt(page, 'You can’t sign in here');
    expect(await inspect(page, 'no-member')).toEqual([]);
  });
});

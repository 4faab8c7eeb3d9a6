import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { arriveAt, COME_IN, HELLO_ADA, press, read, signIn } from './walk.ts';

describe.skipIf(!chromiumPath)('the sessions page, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let here: Page;
  let there: Page;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([startDoorstep(), launchChromium()]);
  });
  beforeEach(async () => {
    [here, there] = await Promise.all([signedIn(), signedIn()]);
    await here.goto(`${app.url}/sessions`);
  });
  afterEach(() => Promise.all([here.context().close(), there.context().close()]));
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  async function signedIn(): Promise<Page> {
    const page = await (await chromium.context()).newPage();
    await signIn(page, app.url);
    return page;
  }

  async function onlyHereIsSignedIn(): Promise<void> {
    await there.goto(app.url);
    await arriveAt(there, COME_IN);
    await here.goto(app.url);
    await arriveAt(here, HELLO_ADA);
  }

  it('S11 ends one other session', async () => {
    await here.getByRole('button', { name: /^End session/ }).click();
    await read(here, 'has to sign in again.');
    await onlyHereIsSignedIn();
  });

  it('S11 ends all other sessions, and signing in again works at once', async () => {
    await press(here, 'End all other sessions');
    await read(here, 'All other devices have to sign in again.');
    await onlyHereIsSignedIn();
    // Both are still signed in at Logto, so nothing is asked.
    for (const page of [here, there]) {
      await page.goto(`${app.url}/sign-in?return_to=/account`);
      await arriveAt(page, 'Account');
    }
  });

  it.each(['/account', '/sessions#main'])(
    'S51 Back to %s of a device that was ended elsewhere loads it anew',
    async (path) => {
      await there.goto(app.url + path);
      await there.goto(`${app.huggingFace.url}/elsewhere`);
      await press(here, 'End all other sessions');
      await read(here, 'All other devices have to sign in again.');
      // Logto knows this browser still and signs it in again, so what it asked for has to be looked at.
      const askedToSignIn = there.waitForRequest(`${app.url}/sign-in?return_to=*`);
      await there.goBack({ waitUntil: 'commit' });
      await askedToSignIn;
    },
  );
});

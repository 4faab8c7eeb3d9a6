import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WITH_WEBHOOK } from '../harness/doorstep.ts';
import { peopleAt } from '../harness/people.ts';
import { AT_LOGTO, arriveAt, authorize, COME_IN, follow, HELLO_ADA, signIn } from './walk.ts';

describe.skipIf(!chromiumPath)('somebody is suspended while on a page, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([
      startDoorstep({ environment: WITH_WEBHOOK }),
      launchChromium(),
    ]);
  });
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it('F60 the next click is a visitor’s, Logto lets nobody in, and after the suspension all is as before', async () => {
    const people = peopleAt(app);
    const sub = await people.claim(await app.signedInBrowser(), 'sub');
    const page = await (await chromium.context()).newPage();
    await signIn(page, app.url);
    await page.goto(`${app.url}/account`);
    await arriveAt(page, 'Account');
    expect((await app.logto.suspend(sub))?.status).toBe(204);

    // What is on the screen stays there; the next page is not for this person any more.
    await follow(page, 'Sessions');
    await arriveAt(page, AT_LOGTO);
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await page.getByText('This account has been suspended.').waitFor();
    await page.goto(app.url);
    await arriveAt(page, COME_IN);

    await app.logto.suspend(sub, false);
    await page.reload();
    await arriveAt(page, COME_IN);
    // Logto knows this browser still.
    await follow(page, 'Continue with Hugging Face');
    await arriveAt(page, HELLO_ADA);
    await page.context().close();
  });
});

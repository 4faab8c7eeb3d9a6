import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { inspect } from './inspect.ts';
import { signIn } from './walk.ts';

describe.skipIf(!chromiumPath)('the languages, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let pages: { visitor: Page; ada: Page };
  beforeAll(async () => {
    [app, chromium] = await Promise.all([
      startDoorstep({ environment: WHOLE_SITE }),
      launchChromium(),
    ]);
    const open = async () =>
      (await chromium.context({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' })).newPage();
    pages = { visitor: await open(), ada: await open() };
    await signIn(pages.ada, app.url);
  });
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it('F108 times are shown in the browser’s time zone, in the page’s language', async () => {
    const page = pages.ada;
    await page.goto(app.url);
    const [time] = await page.locator('time').all();
    const at = new Date((await time?.getAttribute('datetime')) ?? '');
    const shown = (locale: string) =>
      new Intl.DateTimeFormat(locale, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZone: 'Asia/Tokyo',
      }).format(at);
    expect(await time?.textContent()).toBe(shown('en-GB'));
    await page.getByRole('button', { name: '日本語' }).click();
    await page.getByRole('heading', { name: 'さん、こんにちは' }).waitFor();
    expect(await page.locator('time').first().textContent()).toBe(shown('ja'));
  });

  it.each([
    ['ja-home', 'visitor', '/'],
    ['ja-not-found', 'visitor', '/acount'],
    ['ja-not-finished', 'visitor', '/callback?code=c&state=s'],
    ['ja-sign-out-visitor', 'visitor', '/sign-out'],
    ['ja-sign-in-link', 'visitor', '/sign-in/link?one_time_token=t&login_hint=ada@example.org'],
    ['ja-home-ada', 'ada', '/'],
    ['ja-account', 'ada', '/account'],
    ['ja-sessions', 'ada', '/sessions'],
    ['ja-organizations', 'ada', '/organizations'],
    ['ja-organization', 'ada', '/organizations/anaengines37'],
    ['ja-books', 'ada', '/books'],
    ['ja-sign-out', 'ada', '/sign-out'],
  ] as const)('F108 %s fits from 320 px on, and axe finds nothing', async (name, who, path) => {
    const page = pages[who];
    await page.context().addCookies([{ name: 'doorstep-language', value: 'ja', url: app.url }]);
    await page.goto(app.url + path);
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    expect(await inspect(page, name)).toEqual([]);
  });
});

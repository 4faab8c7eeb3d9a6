import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { inspect } from './inspect.ts';
import { arriveAt, follow, press, signIn } from './walk.ts';

const NAMES = ['Ada Lovelace', '山田', 'محمد الخوارزمي'];

describe.skipIf(!chromiumPath)('the look, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let page: Page;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([
      startDoorstep({ environment: WHOLE_SITE }),
      launchChromium(),
    ]);
    page = await (await chromium.context({ reducedMotion: 'reduce' })).newPage();
  });
  afterEach(async () => {
    app.logto.replaceIdTokens(null);
    await page.emulateMedia({ media: null, forcedColors: null });
    await page.setViewportSize({ width: 1280, height: 800 });
  });
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  async function homeOf(name: string): Promise<void> {
    await page.context().clearCookies();
    app.logto.replaceIdTokens((claims) => app.logto.mint({ ...claims, name }));
    await signIn(page, app.url);
  }

  it('F125 more sessions than a page holds: a total, and each button has a name of its own', async () => {
    // One where nobody else has a session.
    const own = await startDoorstep({ environment: WHOLE_SITE });
    onTestFinished(own.close);
    await page.context().clearCookies();
    await signIn(page, own.url);
    await Promise.all(Array.from({ length: 21 }, () => own.signedInBrowser()));
    await page.goto(`${own.url}/sessions`);
    await page.getByText('22 devices are signed in, this one included.').waitFor();
    const ends = page.getByRole('button', { name: /^End session: .+, signed in .+ of 22\)$/ });
    const names = await ends.evaluateAll((all) => all.map((one) => one.ariaLabel));
    expect([names.length, new Set(names).size]).toEqual([20, 20]);
    expect(await inspect(page, 'sessions-many')).toEqual([]);
    await press(page, 'End all other sessions');
    await page.getByText('Only this device is signed in.').waitFor();
  });

  it('F120 at 640 × 450, which is a zoom of 200 %, the way in is above the fold', async () => {
    await page.context().clearCookies();
    await page.goto(app.url);
    for (const [width, height] of [
      [640, 450],
      [844, 390],
      [390, 664],
      [320, 568],
    ] as const) {
      await page.setViewportSize({ width, height });
      const box = await page
        .getByRole('link', { name: 'Continue with Hugging Face' })
        .boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0), `${width} × ${height}`).toBeLessThan(
        height,
      );
    }
  });

  it.each(NAMES)(
    'F120 %s: no word is broken at 320 px, nor at 390 px with text twice as large',
    async (name) => {
      await homeOf(name);
      for (const path of ['/', '/account']) {
        await page.goto(app.url + path);
        for (const [width, size] of [
          [320, '100%'],
          [390, '200%'],
        ] as const) {
          await page.setViewportSize({ width, height: 844 });
          await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
          expect(await brokenWords(page), `${path} at ${width} px, ${size}`).toEqual([]);
        }
      }
    },
  );

  it('F120 no entry of the navigation is alone in its row, from 320 px on', async () => {
    await homeOf('Ada Lovelace');
    for (const width of [320, 360, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const rows = await page.evaluate<number[]>(`Object.values(Object.groupBy(
        document.querySelectorAll('header nav a'), (link) => link.getBoundingClientRect().top,
      )).map((row) => row.length)`);
      expect(Math.min(...rows), `${width} px`).toBeGreaterThan(1);
    }
  });

  it('F127 whoever only reads is told so, and gets to what is missing by clicking', async () => {
    await page.context().clearCookies();
    await signIn(page, app.url, 'quiet-otter');
    await page.goto(`${app.url}/books`);
    await page.getByText('Adding books requires the permission write:books.').waitFor();
    await press(page, 'How to get it');
    await arriveAt(page, 'You can’t add books yet');
    await follow(page, 'Back to Books');
    await arriveAt(page, 'Books');
  });

  it('F129 Tab goes through what can be done in the order in which it is read, by name', async () => {
    await homeOf('Ada Lovelace');
    const SHELL = ['Doorstep', 'Account', 'Sessions', 'Organizations', 'Books', 'Sign out'];
    for (const [path, own] of [
      ['/organizations', ['Analytical Engines', 'London Mathematical Society']],
      [
        '/organizations/anaengines37',
        [
          expect.stringMatching(/^Books The books that its members share/),
          'Make it the default',
          'All organizations',
        ],
      ],
    ] as const) {
      await page.goto(app.url + path);
      const reached: string[] = [];
      for (const _ of Array.from({ length: SHELL.length + own.length + 2 })) {
        await page.keyboard.press('Tab');
        const [control = ''] = (await page.locator(':focus').ariaSnapshot()).split('\n');
        reached.push(control.match(/(?:link|button) "(.*)"/)?.[1] ?? control);
      }
      expect(reached).toEqual(['Skip to content', ...SHELL, ...own, '日本語']);
    }
  });

  it('F128 a door leads to the page behind it, and without motion where less is wanted', async () => {
    await page.addInitScript(
      'addEventListener("pagereveal", ({ viewTransition }) => { window.moved = viewTransition !== null })',
    );
    await homeOf('Ada Lovelace');
    for (const [reducedMotion, isMoved] of [
      ['no-preference', true],
      ['reduce', false],
    ] as const) {
      await page.emulateMedia({ reducedMotion });
      await page.goto(`${app.url}/organizations/anaengines37`);
      await page.getByRole('link', { name: /^Books .*members share/ }).click();
      await arriveAt(page, 'Books');
      expect(await page.evaluate('window.moved'), reducedMotion).toBe(isMoved);
    }
  });

  it('F121 with forced colours, the current tab is told by more than colour', async () => {
    await homeOf('Ada Lovelace');
    await page.goto(`${app.url}/account`);
    await page.emulateMedia({ forcedColors: 'active' });
    const lines = await page.evaluate<string[]>(`[...document.querySelectorAll('header nav a')]
      .map((link) => getComputedStyle(link).textDecorationLine)`);
    expect(lines).toEqual(['underline', 'none', 'none', 'none']);
  });

  it('F121 no control is printed', async () => {
    await homeOf('Ada Lovelace');
    await page.emulateMedia({ media: 'print' });
    for (const path of ['/', '/account', '/sessions', '/books', '/organizations', '/nowhere']) {
      await page.goto(app.url + path);
      const printed = page.locator('.button:visible, form:visible, nav:visible');
      expect(await printed.allTextContents(), path).toEqual([]);
    }
    await page.context().clearCookies();
    await page.goto(app.url);
    expect(await page.locator('.button:visible').count()).toBe(0);
  });

  it.each(['Nguyễn Thị Hương', 'Łukasz Şahin Őrsi'])(
    'F122 %s is set in the page’s own fonts',
    async (name) => {
      await homeOf(name);
      await page.evaluate('document.fonts.ready');
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('DOM.enable');
      await cdp.send('CSS.enable');
      const { root } = await cdp.send('DOM.getDocument');
      const { nodeId } = await cdp.send('DOM.querySelector', {
        nodeId: root.nodeId,
        selector: 'h1',
      });
      const { fonts } = await cdp.send('CSS.getPlatformFontsForNode', { nodeId });
      expect(fonts.filter(({ isCustomFont }) => !isCustomFont)).toEqual([]);
    },
  );
});

/** Words of the page that stand on two lines, though there is room for each on one. */
const brokenWords = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const broken = [];
    const walker = document.createTreeWalker(document.querySelector('.person'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { index, 0: word } of node.data.matchAll(/[^\\s@./-]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (tops.size > 1) broken.push(word);
      }
    }
    return broken;
  })()`);

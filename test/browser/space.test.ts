import type { Page } from 'playwright-core';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onePortConfig, startOnePort } from '../../demo/one-port/index.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { SPACE, SPACE_HOST, startSpacePlatform } from '../harness/hugging-face-space.ts';
import { startServing } from '../harness/serving.ts';
import { inspect } from './inspect.ts';
import { arriveAt, COME_IN, HELLO_ADA, signIn, signOut } from './walk.ts';

/** A container of deploy/space that runs already, say http://127.0.0.1:7860; else the same demo in this process. */
const { SPACE_CONTAINER } = process.env;

describe.skipIf(!chromiumPath)('a Space in the frame of huggingface.co, in Chromium', () => {
  let chromium: Chromium;
  let target: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    target = SPACE_CONTAINER ?? (await inThisProcess());
    const platform = await startSpacePlatform(target);
    chromium = await launchChromium(platform.args);
    closing.push(platform.close, chromium.close);
  });
  afterAll(() => Promise.all(closing.map((close) => close())));

  async function inThisProcess(): Promise<string> {
    // The proxy is on this machine here, and has a private address there.
    const environment = { SPACE_HOST, HF_SPACE_FRAME: 'true', TRUST_PROXY: 'loopback' };
    const logger = createLogger('silent', { write: () => {} });
    const demo = await startOnePort({ config: onePortConfig(environment), logger });
    const serving = await startServing(demo.handle);
    closing.push(demo.close, serving.close);
    return `http://127.0.0.1:${serving.port}`;
  }

  const open = async (address: string) => {
    const context = await chromium.context();
    const page = await context.newPage();
    await page.goto(address);
    return page;
  };
  const link = (page: Page) =>
    page.frameLocator('iframe').getByRole('link', { name: 'Open Doorstep in a new tab' });

  it('F130 F132 the frame shows a link, which opens a tab; there people sign in and out', async () => {
    const page = await open('https://huggingface.co/spaces/owner/demo');
    await link(page).waitFor();
    const [tab] = await Promise.all([page.context().waitForEvent('page'), link(page).click()]);
    await arriveAt(tab, COME_IN);
    expect(tab.url()).toBe(`${SPACE}/`);
    expect(await tab.evaluate('window.opener')).toBeNull();
    const wrong: string[] = [];
    tab.on('console', (line) => {
      if (line.type() === 'error') wrong.push(line.text());
    });
    await signIn(tab, SPACE);
    await arriveAt(tab, HELLO_ADA);
    const loaded = '[...document.images].every((image) => image.naturalWidth > 0)';
    expect(await tab.evaluate(loaded)).toBe(true);

    // The frame is as it was: nobody is known in it.
    await page.reload();
    await link(page).waitFor();
    const names = (await page.context().cookies()).map(({ name, secure, path }) => [
      name,
      secure,
      path,
    ]);
    expect(names).toContainEqual(['__Host-doorstep', true, '/']);
    const theirs = names.filter(([name]) => !String(name).startsWith('__Host-'));
    for (const one of theirs) expect(one.slice(1)).toEqual([true, '/stand-ins/logto']);

    await signOut(tab);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('F130 on its own it has no fault that axe knows, in any scheme or width', async () => {
    const page = await (await chromium.context()).newPage();
    await page.route(`${SPACE}/`, async (route) => {
      const { text: body } = await request(target).get('/').set({
        'x-forwarded-proto': 'https',
        'sec-fetch-dest': 'iframe',
        'sec-fetch-mode': 'navigate',
      });
      await route.fulfill({ body, contentType: 'text/html' });
    });
    await page.goto(SPACE);
    expect(await inspect(page, 'space-frame')).toEqual([]);
    await page.context().close();
  });

  it('F130 on any other site the frame stays empty', async () => {
    for (const address of ['https://evil.example/', 'https://other.hf.space/']) {
      const page = await open(address);
      await arriveAt(page, 'A page around a Space');
      expect(await link(page).count()).toBe(0);
      await page.context().close();
    }
  });
});

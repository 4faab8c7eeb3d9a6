import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { inspect } from './inspect.ts';
import { arriveAt, authorize, follow, press, signIn } from './walk.ts';

const QUESTION = 'Who wrote the first program, and for which machine?';

describe.skipIf(!chromiumPath)('Ask a model, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  beforeAll(async () => {
    const environment = { ...WHOLE_SITE, HF_ACCESS_TOKENS: 'true' };
    [app, chromium] = await Promise.all([startDoorstep({ environment }), launchChromium()]);
  });
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  const open = async (account?: string, javaScriptEnabled = true) => {
    const page = await (await chromium.context({ javaScriptEnabled })).newPage();
    await signIn(page, app.url, account);
    return page;
  };
  const ask = async (page: Page) => {
    await page.getByRole('textbox', { name: 'Question' }).fill(QUESTION);
    await press(page, 'Ask');
  };
  const say = (page: Page, name: string) => page.getByRole('heading', { level: 2, name }).waitFor();

  it('F90 Ada asks, and reads the answer', async () => {
    const page = await open();
    expect(await inspect(page, 'models-home')).toEqual([]);
    await page.getByRole('navigation').getByRole('link', { name: 'Models' }).click();
    await arriveAt(page, 'Ask a model');
    expect(await inspect(page, 'models')).toEqual([]);
    await ask(page);
    await say(page, 'Ask something else');
    await page.getByText('This is the stand-in for Hugging Face').waitFor();
    await page.getByText(QUESTION).waitFor();
    expect(await inspect(page, 'models-answer')).toEqual([]);
    app.huggingFace.failNext('chat', { status: 402 });
    await ask(page);
    await say(page, 'Your credits at Hugging Face are used up');
    expect(await inspect(page, 'models-credits')).toEqual([]);
    await page.context().close();
  });

  it('F90 works without JavaScript', async () => {
    const page = await open(undefined, false);
    await page.goto(`${app.url}/models`);
    await ask(page);
    await say(page, 'Ask something else');
    await page.getByText('This is the stand-in for Hugging Face').waitFor();
    await page.context().close();
  });

  it('F91 quiet-otter gave no permission: how to give it, there and back', async () => {
    const page = await open('quiet-otter');
    await page.goto(`${app.url}/models`);
    await ask(page);
    await say(page, 'You gave no permission to run models');
    expect(await inspect(page, 'models-permission')).toEqual([]);
    await follow(page, 'Connect Hugging Face again');
    await authorize(page, '@quiet-otter');
    await arriveAt(page, 'Ask a model');
    expect(page.url()).toBe(`${app.url}/models`);
    await page.context().close();
  });

  it('F93 whoever leaves and comes back asks nothing a second time', async () => {
    const page = await open();
    await page.goto(`${app.url}/models`);
    await ask(page);
    await say(page, 'Ask something else');
    const { chat } = app.huggingFace.calls;
    await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click();
    await arriveAt(page, 'Account');
    // Chromium shows a page of its own, with the question whether to send the form again.
    await page.goBack().catch(() => null);
    expect(app.huggingFace.calls.chat).toBe(chat);
    await page.context().close();
  });
});

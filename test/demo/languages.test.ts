import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { en } from '../../demo/languages.ts';
import type { StandIns } from '../harness/stand-ins.ts';
import type { Browser, Page } from './browser.ts';
import { type RelyingParty, startAll } from './relying-party.ts';

const JAPANESE = { 'accept-language': 'ja-JP,ja;q=0.9,en;q=0.8' };
const ENGLISH = { 'accept-language': 'en-GB' };

/** Everything that is said in English, without gaps to fill. */
const inEnglish = (messages: object = en): string[] =>
  Object.values(messages).flatMap((value) =>
    typeof value === 'string'
      ? value.split(/\{\w+\}/).filter((part) => /\w{3}/.test(part))
      : inEnglish(value),
  );
const textOf = ({ body }: Page) =>
  body
    .replace(/[\s\S]*<body>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'");

/** The page is Japanese from its title to its foot. */
function expectJapanese(page: Page): void {
  expect(page.body).toContain('<html lang="ja">');
  expect(page.body).toMatch(/<title>[^<]* の代役<\/title>/);
  expect(textOf(page)).toMatch(/[\p{sc=Hira}\p{sc=Kana}]{3}/u);
  expect(inEnglish().filter((words) => textOf(page).includes(words))).toEqual([]);
}

describe('F145 the stand-ins in Japanese and English', () => {
  let standIns: StandIns;
  let app: RelyingParty;
  let browser: Browser;
  beforeEach(async () => {
    ({ standIns, app, browser } = await startAll());
  });
  afterEach(() => standIns.close());

  it('F145 Logto’s pages follow ui_locales, whatever the browser prefers', async () => {
    const { url } = app.authorizationRequest({ ui_locales: 'fr ja-JP en' });
    const page = await browser.get(url, { headers: ENGLISH });
    expectJapanese(page);
    expect(textOf(page)).toContain('Hugging Face で続ける');
    const again = await browser.submit({ username: 'nobody_yet' }, { headers: ENGLISH });
    expectJapanese(again);
    expect(textOf(again)).toContain('「nobody_yet」というアカウントはまだありません。');
    for (const username of ['', '1st']) {
      const wrong = await browser.submit({ username }, { headers: ENGLISH });
      expect(wrong.status).toBe(422);
      expectJapanese(wrong);
    }
  });

  it.each([
    [JAPANESE, {}, 'ja'],
    [ENGLISH, {}, 'en'],
    [{ 'accept-language': 'fr' }, {}, 'en'],
    [{ 'accept-language': undefined }, {}, 'en'],
    [{ 'accept-language': 'ja,'.repeat(5000) }, {}, 'ja'],
    [JAPANESE, { ui_locales: 'en' }, 'en'],
    [JAPANESE, { ui_locales: 'fr' }, 'ja'],
  ])('F145 %j with %j: %s', async (headers, more, tag) => {
    const { url } = app.authorizationRequest(more);
    const page = await browser.get(url, { headers });
    expect(page.body).toContain(`<html lang="${tag}">`);
  });

  it('F145 Hugging Face’s page too, and what Logto says when it was cancelled', async () => {
    const { url } = app.authorizationRequest({
      direct_sign_in: 'social:huggingface',
      ui_locales: 'ja',
    });
    expectJapanese(await browser.get(url, { headers: JAPANESE }));
    const cancelled = await browser.submit({ decision: 'cancel' }, { headers: JAPANESE });
    expectJapanese(cancelled);
    expect(textOf(cancelled)).toContain('認証が完了しませんでした。');
  });

  it.each(['/unknown-session', '/account-suspended', '/one-time-token/error'])(
    'F145 %s, which no request to sign in leads to',
    async (path) => {
      expectJapanese(await browser.get(standIns.logto.endpoint + path, { headers: JAPANESE }));
    },
  );

  it('F145 signing out, with and without JavaScript', async () => {
    await app.signIn(browser);
    const page = await browser.get(`${standIns.logto.issuer}/session/end`, { headers: JAPANESE });
    expect(page.body).toContain('<button>サインアウト</button>');
    expectJapanese(await browser.submit({}, { headers: JAPANESE }));
  });
});

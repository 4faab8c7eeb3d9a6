import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { IntlMessageFormat } from 'intl-messageformat';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { en } from '../../src/site/languages/en.ts';
import { LANGUAGES } from '../../src/site/languages/languages.ts';
import type { MessageSource } from '../../src/site/languages/messages.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { headerText } from '../harness/hostile.ts';

const COOKIE = 'doorstep-language';
const FROM_HERE = { 'sec-fetch-site': 'same-origin' };
const languageOf = (body: string) => /<html lang="([^"]*)" dir="([^"]*)">/.exec(body)?.slice(1);

describe('the language of a page', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({ environment: WHOLE_SITE });
  });
  afterAll(() => app.close());

  const page = (headers: Record<string, string>, path = '/') =>
    request(app.url)
      .get(path)
      .set({ accept: 'text/html', ...headers });
  const choose = (language: string, headers: Record<string, string> = {}) =>
    request(app.url)
      .post('/language')
      .type('form')
      .set({ accept: 'text/html', origin: app.url, ...FROM_HERE, ...headers })
      .send({ language });

  it.each([
    ['', 'en'],
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en-US;q=0.8', 'ja'],
    ['en-US,en;q=0.9,ja;q=0.8', 'en'],
    ['fr-FR,fr;q=0.9,ja;q=0.5,en;q=0.4', 'ja'],
    ['fr', 'en'],
    ['*', 'en'],
    ['en;q=0,ja;q=0.1', 'ja'],
    [`${'x'.repeat(300)},ja`, 'en'],
    [`ja,${'fr,'.repeat(5000)}`, 'ja'],
    [`${'fr,'.repeat(5000)}ja`, 'en'],
  ])('F100 is what the browser prefers: %.40s', async (accepted, expected) => {
    for (const path of ['/', '/nope', '/sign-out']) {
      const { text, headers } = await page(accepted ? { 'accept-language': accepted } : {}, path);
      expect(languageOf(text)).toEqual([expected, 'ltr']);
      expect(headers).toMatchObject({
        'content-language': expected,
        vary: expect.stringContaining('Accept-Language, Cookie'),
      });
    }
  });

  it('F101 S13 is what the person chose, in a cookie that is no session: the only one a visitor gets', async () => {
    const referer = `${app.url}/sign-out?x=1`;
    const answer = await choose('ja', { referer }).expect(303).expect('location', '/sign-out?x=1');
    const [cookie = '', ...others] = answer.get('set-cookie') ?? [];
    expect(others).toEqual([]);
    expect(cookie).toMatch(
      /^doorstep-language=ja; Max-Age=31536000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    expect(await app.stored.keys('*session*')).toEqual([]);
    const chosen = { cookie: `${COOKIE}=ja`, 'accept-language': 'en' };
    const { text, headers } = await page(chosen);
    expect(languageOf(text)).toEqual(['ja', 'ltr']);
    expect(headers['set-cookie']).toBeUndefined();
    const start = await page({ ...chosen, 'accept-language': 'fr,ja,en' }, '/sign-in');
    const { searchParams } = new URL(start.headers.location ?? '');
    expect(searchParams.get('ui_locales')).toBe('ja fr en');
  });

  it('F101 each page offers the other languages', async () => {
    const button = (tag: string, name: string) =>
      `<button name="language" value="${tag}" lang="${tag}">${name}</button>`;
    const english = (await page({})).text;
    expect(english).toContain(button('ja', '日本語'));
    expect(english).not.toContain(button('en', 'English'));
    expect((await page({ 'accept-language': 'ja' })).text).toContain(button('en', 'English'));
  });

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['nobody knows where', { origin: '', 'sec-fetch-site': 'none' }],
  ])('F102 a choice from %s is refused and changes nothing', async (_from, headers) => {
    const { headers: answered } = await choose('ja', headers).expect(403);
    expect(answered['set-cookie']).toBeUndefined();
  });

  it.each(['', 'fr', 'JA', 'ja-JP', '__proto__', 'ja; Path=/x', 'e\r\nn'])(
    'F102 a language that there isn’t is refused and changes nothing: %j',
    async (language) => {
      const { headers } = await choose(language).expect(422);
      expect(headers['set-cookie']).toBeUndefined();
    },
  );

  it.each([
    ['https://evil.example/account', '/'],
    ['//evil.example', '/'],
    ['HERE//evil.example', '/'],
    ['HERE/callback?code=c&state=s', '/'],
    ['HERE/sign-in', '/'],
    ['HERE/sign-in/link', '/sign-in/link'],
    ['HERE/sign-in/link?one_time_token=t', '/'],
    ['HERE/language', '/'],
    ['HERE/sessions?page=2', '/sessions?page=2'],
    ['HERE.evil.example/account', '/'],
  ])(
    'F102 it comes back to a page of this site only: %s leads to %s',
    async (referer, location) => {
      const answer = await choose('ja', { referer: referer.replace('HERE', app.url) });
      expect(answer.headers.location).toBe(location);
    },
  );

  it('F100 whatever a browser sends as its languages or as the choice, a page comes in one that there is', async () => {
    await fc.assert(
      fc.asyncProperty(headerText, headerText, async (accepted, cookie) => {
        const headers = { 'accept-language': accepted, cookie: `${COOKIE}=${cookie}` };
        const { status, text } = await page(headers);
        expect(status).toBe(200);
        expect(['en', 'ja']).toContain(languageOf(text)?.[0]);
      }),
      { numRuns: 100 },
    );
  });

  it('F103 problem JSON stays English', async () => {
    const { body } = await page({ accept: 'application/json', 'accept-language': 'ja' }, '/nope');
    expect(body.title).toBe('There is no page here');
  });

  it('F103 flash messages and a person’s pages are in it', async () => {
    const browser = await app.signedInBrowser();
    const headers = { 'accept-language': 'ja' };
    for (const [path, heading] of [
      ['/', 'Ada Lovelace\u00a0さん、こんにちは'],
      ['/account', 'アカウント'],
      ['/sessions', 'セッション'],
      ['/organizations', '組織'],
      ['/books', '本棚'],
    ]) {
      const { body } = await browser.get(app.url + path, { headers });
      expect(/<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1]).toBe(heading);
    }
    await browser.post(`${app.url}/sessions/end-others`, {}, { headers });
    expect(browser.page?.body).toContain('終了しました。');
  });
});

/** Every message of a language by its key, with its placeholders and tags. */
function messagesOf(source: MessageSource, prefix = ''): [key: string, names: string[]][] {
  return Object.entries(source).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, namesIn(new IntlMessageFormat(value, 'en').getAst())] as const].map(
          ([at, names]): [string, string[]] => [at, [...new Set(names)].sort()],
        )
      : messagesOf(value, `${prefix}${key}.`),
  );
}

type Ast = ReturnType<IntlMessageFormat['getAst']>;
const namesIn = (ast: Ast): string[] =>
  ast.flatMap((element) => {
    const own = 'value' in element && element.type !== 0 ? [element.value] : [];
    const inside = 'children' in element ? namesIn(element.children) : [];
    const options = 'options' in element ? Object.values(element.options) : [];
    return [...own, ...inside, ...options.flatMap(({ value }) => namesIn(value))];
  });

describe('the languages', () => {
  it.each(LANGUAGES.map((language) => [language.name, language] as const))(
    'F104 %s has every message, with the placeholders and tags of the English one',
    (_name, { messages }) => {
      const byKey = (source: MessageSource) => Object.fromEntries(messagesOf(source));
      expect(byKey(messages)).toEqual(byKey(en.messages));
    },
  );

  const VIEWS = new URL('../../views/', import.meta.url);
  const templates = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ejs'),
  );
  it.each(templates)('F104 %s has no words of its own', (file) => {
    const template = readFileSync(new URL(file, VIEWS), 'utf8');
    const html = template.replace(/<%[\s\S]*?%>/g, '');
    const texts = html.replace(/<[^>]*>/g, '\n').match(/.*\p{L}.*/gu) ?? [];
    const spoken =
      html.match(/ (aria-(label|description)|alt|placeholder|title)="[^"]*\p{L}[^"]*"/gu) ?? [];
    const described =
      html.match(/ property="[^"]*" content="[^"]*\p{L}{2,} \p{L}{2,}[^"]*"/gu) ?? [];
    const literals = (template.match(/<%[\s\S]*?%>/g) ?? [])
      .flatMap((code) => [...code.matchAll(/(['"`])((?:(?!\1)[^\n])*)\1/g)])
      .map(([, , literal = '']) => literal)
      .filter((literal) => /\p{L}{2,} \p{L}{2,}/u.test(literal) && literal !== 'Hugging Face');
    expect([...texts, ...spoken, ...described, ...literals]).toEqual([]);
  });

  it('F105 a third is one file, from right to left too', async () => {
    const third = {
      tag: 'ar-XB',
      name: 'Pseudo',
      locale: 'ar-EG',
      dir: 'rtl' as const,
      messages: pseudo(en.messages),
    };
    const app = await startDoorstep({
      environment: WHOLE_SITE,
      createApp: (deps) => createApp({ ...deps, languages: [...LANGUAGES, third] }),
    });
    const browser = await app.signedInBrowser();
    const headers = { 'accept-language': 'ar-XB' };
    for (const path of ['/', '/account', '/sessions', '/organizations', '/books', '/nope']) {
      const { body, headers: answered } = await browser.get(app.url + path, { headers });
      expect(languageOf(body)).toEqual(['ar-XB', 'rtl']);
      expect(answered.get('content-language')).toBe('ar-XB');
      const heading = /<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1];
      expect(heading).toMatch(/^⟦.+⟧$/);
    }
    await app.close();
  });

  it('F106 a visitor’s page is rendered once for each language', async () => {
    const seen = new Map<object, number>();
    const app = await startDoorstep();
    const home = app.logtoPages.home();
    // Rendering reads the model; a page that was kept does not.
    const counted = new Proxy(home, {
      get: (target, name, receiver) => {
        if (name === 'huggingFaceHref') seen.set(home, (seen.get(home) ?? 0) + 1);
        return Reflect.get(target, name, receiver);
      },
    });
    app.logtoPages.home = () => counted;
    const accepted = ['ja', 'en', 'ja,en;q=0.5', 'fr', 'de,ja', '*', 'zz-'.repeat(80)];
    for (let round = 0; round < 5; round += 1) {
      for (const language of accepted) {
        await request(app.url).get('/').set('accept-language', language).expect(200);
      }
    }
    expect(seen.get(home)).toBe(LANGUAGES.length);
    await app.close();
  });
});

/** A language that nobody speaks: longer than English by half, and marked at both ends. */
function pseudo(source: MessageSource): MessageSource {
  return Object.fromEntries(
    Object.entries(source).map(([key, value]) => [
      key,
      typeof value === 'string'
        ? `⟦${value}${'·'.repeat(Math.ceil(value.length / 2))}⟧`
        : pseudo(value),
    ]),
  );
}

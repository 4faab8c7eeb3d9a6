import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { createApp } from '../../src/app.ts';
import { read } from '../deploy/files.ts';
import { API, type Doorstep, OTTER, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { complaintOf, complaintsOfCheck, copyOfTheRepository } from './copy.ts';

const page = read('docs/add-a-page.md');
const blocks = [...page.matchAll(/```(?:ts|ejs)\n([\s\S]*?)```/g)].map(([, code = '']) => code);
const [
  hello,
  view,
  english,
  japanese,
  model,
  pageImport,
  route,
  entries,
  routes,
  guards,
  api,
  apiRoute,
  apiImport,
] = blocks;
const ROUTE = "app.get('/hello'";
const COMPILES = { tags: 'compiles' };

/** Puts `lines` where the one line is that has `mark`: below it, or in its place. */
function edit(file: string, mark: string, lines = '', where: 'below' | 'instead' = 'below'): void {
  const text = readFileSync(file, 'utf8');
  const found = text.split('\n').filter((line) => line.includes(mark));
  expect(found, `${mark} in ${file}`).toHaveLength(1);
  const line = `${found[0]}\n`;
  writeFileSync(
    file,
    text.replace(line, () => (where === 'below' ? line + lines : lines)),
  );
}

/** A copy of the repository with the README's page. */
function copyWithThePage(): string {
  const copy = copyOfTheRepository();
  writeFileSync(join(copy, 'src/site/hello.ts'), hello ?? '');
  writeFileSync(join(copy, 'views/hello.ejs'), view ?? '');
  edit(join(copy, 'src/site/languages/en.ts'), '  messages: {', english);
  edit(join(copy, 'src/site/languages/ja.ts'), '  messages: {', japanese);
  edit(join(copy, 'src/site/view-models.ts'), 'export interface Views {', model);
  edit(join(copy, 'src/app.ts'), "from './site/health.ts'", pageImport);
  edit(join(copy, 'src/app.ts'), "app.get('/account'", route);
  return copy;
}

describe('docs/add-a-page.md', () => {
  let copy: string;
  let app: Doorstep;
  beforeAll(async () => {
    copy = copyWithThePage();
    const at = (path: string) => join(copy, path);
    edit(at('src/site/pages.ts'), 'const entries', entries, 'instead');
    edit(at('src/app.ts'), ROUTE, routes, 'instead');
    edit(at('src/app.ts'), '  rejectAbsoluteForm,', guards);
    writeFileSync(at('src/site/hello-api.ts'), api ?? '');
    edit(at('src/site/api.ts'), 'for (const feature of deps.features)', apiRoute);
    edit(at('src/site/api.ts'), "from './feature.ts'", apiImport);
    const changed: { createApp: typeof createApp } = await import(
      pathToFileURL(at('src/app.ts')).href
    );
    app = await startDoorstep({ environment: WHOLE_SITE, createApp: changed.createApp });
  });
  afterEach(() => vi.useRealTimers());
  afterAll(async () => {
    await app.close();
    rmSync(copy, { recursive: true, force: true });
  });

  it(
    'C56 has the README’s page word for word, and `npm run check` passes after that alone',
    COMPILES,
    () => {
      const section =
        read('README.md').split('\n## Add a protected page\n')[1]?.split('\n## ')[0] ?? '';
      const code = section.slice(
        section.indexOf('`src/site/hello.ts`'),
        section.lastIndexOf('```'),
      );
      expect(code.match(/^```\w+$/gm)).toHaveLength(7);
      expect(page).toContain(code);
      const readmes = copyWithThePage();
      onTestFinished(() => rmSync(readmes, { recursive: true, force: true }));
      expect(complaintsOfCheck(readmes)).toEqual(['', '', '']);
    },
  );

  it('C56 `npm run check` passes after all of it, and it takes ten lines each', COMPILES, () => {
    expect(complaintsOfCheck(copy)).toEqual(['', '', '']);
    for (const code of [hello, api]) {
      const lines = (code ?? '').split('\n').filter((line) => line && !line.startsWith('/**'));
      expect(lines.length).toBeLessThanOrEqual(10);
    }
  });

  it('a handler that relies on somebody does not compile without a guard', COMPILES, () => {
    const file = join(copy, 'src/app.ts');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace("requireRole('editor'), helloPage", 'helloPage'));
    expect(complaintOf(copy, 'tsc')).toContain('src/app.ts');
    writeFileSync(file, before);
  });

  it('the page: sign-in, 403 that names the role, or hello', async () => {
    const visitor = await app.browser().get(`${app.url}/hello?a=b`, { follow: false });
    expect(visitor.headers.get('location')).toBe('/sign-in?return_to=%2Fhello%3Fa%3Db');
    const ada = await app.signedInBrowser();
    const { body } = await ada.get(`${app.url}/hello`);
    expect(body).toContain('Hello, Ada Lovelace');
    expect(body).toMatch(/<a href="\/hello"[^>]*>Hello<\/a>/);
    const otter = await (await app.signedInBrowser(OTTER)).get(`${app.url}/hello`);
    expect(otter.status).toBe(403);
    expect(otter.body).toContain('You can’t open this page yet');
    expect(otter.body).toContain('needs the role <code>editor</code>');
  });

  it('step-up: only a sign-in that was asked for counts, for so many minutes', async () => {
    const url = `${app.url}/hello/again`;
    const browser = await app.signedInBrowser();
    const sent = async () => (await browser.get(url, { follow: false })).headers.get('location');
    const askAgain = '/sign-in?return_to=%2Fhello%2Fagain&prompt=login';
    expect(await sent()).toBe(askAgain);
    await browser.get(await app.upToCallback(browser, '/sign-in?return_to=/hello'));
    expect(await sent()).toBe(askAgain);

    const asked = await browser.get(app.url + askAgain, { until: app.logto.endpoint });
    const request = new URL(asked.stoppedAt ?? '').searchParams;
    expect(request.get('prompt')).toBe('login consent');
    const callback = await app.upToCallback(browser, askAgain);
    const back = await browser.get(callback);
    expect(back.url).toBe(url);
    expect(back.body).toContain('Hello, Ada Lovelace');

    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 4 * 60_000);
    expect(await sent()).toBeNull();
    vi.setSystemTime(Date.now() + 61_000);
    expect(await sent()).toBe(askAgain);
  });

  it('step-up: what comes back can’t claim to have been asked for', async () => {
    const browser = await app.signedInBrowser();
    const callback = await app.upToCallback(browser, '/sign-in?return_to=/hello');
    await browser.get(`${callback}&prompt=login&askedToSignInAt=1`);
    const page = await browser.get(`${app.url}/hello/again`, { follow: false });
    expect(page.status).toBe(303);
  });

  it('the API route: 401, 403, or hello', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: app.logto.issuer, sub: 'a-script', aud: API, iat: now, exp: now + 60 };
    const ask = async (scope: string) => {
      const token = await app.logto.mint({ ...claims, scope }, { typ: 'at+jwt' });
      return fetch(`${app.url}/api/hello`, { headers: { authorization: `Bearer ${token}` } });
    };
    expect((await fetch(`${app.url}/api/hello`)).status).toBe(401);
    expect((await ask('write:books')).status).toBe(403);
    expect(await (await ask('read:books')).json()).toEqual({ hello: 'a-script' });
  });
});

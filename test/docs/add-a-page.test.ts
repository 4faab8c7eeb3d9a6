import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { createApp } from '../../src/app.ts';
import { API, type Doorstep, OTTER, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/.bin/tsc');
/** The compiler starts anew each time. */
const SLOW = { timeout: 60_000 };
const page = readFileSync(join(ROOT, 'docs/add-a-page.md'), 'utf8');
const blocks = [...page.matchAll(/```(?:ts|ejs)\n([\s\S]*?)```/g)].map(([, code = '']) => code);
const [hello, view, model, routes, imports, api, apiRoute, apiImport] = blocks;

/** A copy of the app to change: its sources, views and files, with these packages. */
function copyOfTheApp(): string {
  const copy = mkdtempSync(join(tmpdir(), 'doorstep-copy-'));
  for (const part of ['src', 'views', 'public', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

const compile = (copy: string) => {
  try {
    return String(execFileSync(TSC, ['-p', join(copy, 'tsconfig.json')], { stdio: 'pipe' }));
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
};

/** Puts `lines` before or after the one line that has `mark`. */
function edit(file: string, mark: string, lines = '', where: 'before' | 'after' = 'before'): void {
  const text = readFileSync(file, 'utf8');
  const found = text.split('\n').filter((line) => line.includes(mark));
  expect(found, `${mark} in ${file}`).toHaveLength(1);
  const line = `${found[0]}\n`;
  writeFileSync(
    file,
    text.replace(line, () => (where === 'before' ? lines + line : line + lines)),
  );
}

describe('docs/add-a-page.md', () => {
  let copy: string;
  let app: Doorstep;
  beforeAll(async () => {
    copy = copyOfTheApp();
    const at = (path: string) => join(copy, path);
    writeFileSync(at('src/site/hello.ts'), hello ?? '');
    writeFileSync(at('views/hello.ejs'), view ?? '');
    writeFileSync(at('src/hello-api.ts'), api ?? '');
    edit(at('src/site/view-models.ts'), 'export interface Views {', model, 'after');
    edit(at('src/app.ts'), 'app.use(notFound)', routes);
    edit(at('src/app.ts'), "from 'express'", imports, 'after');
    edit(at('src/site/api.ts'), 'router.use(() => {', apiRoute);
    edit(at('src/site/api.ts'), "from '../doorstep/index.ts'", apiImport, 'after');
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

  it('compiles as it stands, and takes ten lines each', SLOW, () => {
    expect(compile(copy)).toBe('');
    for (const code of [hello, api]) {
      const lines = (code ?? '').split('\n').filter((line) => line && !line.startsWith('/**'));
      expect(lines.length).toBeLessThanOrEqual(10);
    }
  });

  it('a handler that relies on somebody does not compile without a guard', SLOW, () => {
    const file = join(copy, 'src/app.ts');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace("requireRole('editor'), helloPage", 'helloPage'));
    expect(compile(copy)).toContain('src/app.ts');
    writeFileSync(file, before);
  });

  it('the page: sign-in, 403 that names the role, or hello', async () => {
    const visitor = await app.browser().get(`${app.url}/hello?a=b`, { follow: false });
    expect(visitor.headers.get('location')).toBe('/sign-in?return_to=%2Fhello%3Fa%3Db');
    const ada = await app.signedInBrowser();
    expect((await ada.get(`${app.url}/hello`)).body).toContain('Hello, Ada Lovelace');
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

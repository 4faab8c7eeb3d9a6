import type { BrowserContext, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { AT_HUGGING_FACE, arriveAt, authorize, follow, HELLO_ADA, press, read } from './walk.ts';

/** RFC 6749 section 5.1, and OpenID Connect's ID token. */
const TokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
});
const DAY = 24 * 60 * 60;

describe.skipIf(!chromiumPath)('what the browser gets of a sign-in, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let context: BrowserContext;
  let page: Page;
  /** Every token that Logto gave the app and Hugging Face gave Logto. */
  const tokens: string[] = [];
  /** All that came into the browser or could be read in it: addresses, headers, bodies, storage. */
  const received: string[] = [];
  /** Blocked by a Content-Security-Policy, or any other error in the console. */
  const complaints: string[] = [];
  let cookiesUnderWay: Awaited<ReturnType<BrowserContext['cookies']>>;
  let cookiesSignedIn: typeof cookiesUnderWay;

  beforeAll(async () => {
    recordTokens();
    [app, chromium] = await Promise.all([startDoorstep(), launchChromium()]);
    context = await chromium.context();
    await reportBlocked(context, complaints);
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    const reading: Promise<unknown>[] = [];
    context.on('response', (response) => {
      reading.push(readWhole(response).then((text) => received.push(text)));
    });
    await walk();
    await Promise.all(reading);
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await Promise.all([app.close(), chromium.close()]);
  });

  function recordTokens(): void {
    const direct = fetch;
    vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
      const response = await direct(...args);
      if (String(args[0]).endsWith('/token')) {
        const answer = TokenAnswer.safeParse(await response.clone().json());
        tokens.push(...Object.values(answer.data ?? {}).filter((token) => token !== undefined));
      }
      return response;
    });
  }

  const look = async () => {
    const stored = 'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])';
    received.push(await page.content(), await page.evaluate<string>(stored));
    received.push(JSON.stringify(await context.cookies()));
  };
  const ourCookies = async () =>
    (await context.cookies(app.url)).filter(({ name }) => name.startsWith('doorstep'));

  async function walk(): Promise<void> {
    await page.goto(app.url);
    await look();
    await follow(page, 'Continue with Hugging Face');
    await arriveAt(page, AT_HUGGING_FACE);
    cookiesUnderWay = await ourCookies();
    await look();
    await authorize(page);
    await arriveAt(page, HELLO_ADA);
    cookiesSignedIn = await ourCookies();
    await look();
    await follow(page, 'Account');
    await arriveAt(page, 'Account');
    await look();
    await page.goto(`${app.url}/sign-out`);
    await look();
    await press(page, 'Sign out');
    await read(page, 'You are signed out.');
    await look();
  }

  it('S14 S33 no token, in whatever form, ever comes to the browser', () => {
    // Of Logto an access, a refresh and an ID token; of Hugging Face at least an access token.
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    const all = received.join('\n');
    expect(all).toContain('ada@example.org');
    expect(tokens.filter((token) => all.includes(token))).toEqual([]);
    // A JWT: two JSON objects, so that no session id that happens to hold "eyJ" is taken for one.
    expect(all).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  it('S24 S40 its cookies are HttpOnly and SameSite=Lax, and live as long as they are needed', () => {
    const lifeOf = (cookies: typeof cookiesUnderWay) =>
      cookies.map(({ name, httpOnly, sameSite, path, expires }) => ({
        name: name.replace(/sign-in\..*/, 'sign-in'),
        httpOnly,
        sameSite,
        path,
        days: Math.ceil((expires - Date.now() / 1000) / DAY),
      }));
    const lax = { httpOnly: true, sameSite: 'Lax', path: '/' };
    expect(lifeOf(cookiesUnderWay)).toEqual([{ ...lax, name: 'doorstep-sign-in', days: 1 }]);
    expect(lifeOf(cookiesSignedIn)).toEqual([{ ...lax, name: 'doorstep', days: 14 }]);
  });

  it('S25 nothing on the way runs into a Content-Security-Policy or ends in the console', () => {
    expect(complaints).toEqual([]);
  });
});

/** Lets each page of `context` tell what its policy blocks. */
async function reportBlocked(context: BrowserContext, complaints: string[]): Promise<void> {
  await context.exposeFunction('reportBlocked', (what: string) => complaints.push(what));
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) => {
    reportBlocked(location.href + ': ' + event.effectiveDirective + ' ' + event.blockedURI);
  });`);
}

/** Address, headers and body; a redirect has no body. */
async function readWhole(response: Response): Promise<string> {
  const headers = JSON.stringify(await response.allHeaders());
  const body = await response.text().catch(() => '');
  return [response.url(), headers, body].join('\n');
}

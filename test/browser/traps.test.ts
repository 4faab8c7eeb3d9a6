import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, listenOnLocalhost } from '../../demo/hugging-face/local-server.ts';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { AT_LOGTO, arriveAt, follow, HELLO_ADA, press, signIn } from './walk.ts';

/** Another port is another origin but the same site: cookies travel with its requests. */
const SAME_SITE = 'another origin of this site';
const OTHER_SITE = 'another site';
const FOREIGN = [SAME_SITE, OTHER_SITE];

const fetching = (url: string, options: object) =>
  `<script>fetch('${url}', ${JSON.stringify({ mode: 'no-cors', credentials: 'include', ...options })})</script>`;
const speculating = (how: 'prefetch' | 'prerender', url: string) => {
  const rules = { [how]: [{ urls: [url], eagerness: 'immediate' }] };
  return `<script type="speculationrules">${JSON.stringify(rules)}</script>`;
};
const BACKGROUND: [string, (url: string) => string][] = [
  ['an image', (url) => `<img src="${url}" alt="">`],
  ['a frame', (url) => `<iframe src="${url}"></iframe>`],
  ['a fetch', (url) => fetching(url, {})],
  ['a prefetch link', (url) => `<link rel="prefetch" href="${url}">`],
];
/** Chromium doesn't speculate on another site that it has cookies of. */
const SPECULATIVE: typeof BACKGROUND = [
  ['a speculative prefetch', (url) => speculating('prefetch', url)],
  ['a prerender', (url) => speculating('prerender', url)],
];
const CASES = FOREIGN.flatMap((from) =>
  [...BACKGROUND, ...(from === SAME_SITE ? SPECULATIVE : [])].map(
    ([what, html]) => [what, from, html] as const,
  ),
);

describe.skipIf(!chromiumPath)('traps on foreign pages, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let foreign: LocalServer;
  /** What the foreign server answers with. */
  let trap: string;
  let context: BrowserContext;
  let page: Page;
  let session: string | undefined;

  beforeAll(async () => {
    [app, chromium, foreign] = await Promise.all([
      startDoorstep(),
      launchChromium(),
      listenOnLocalhost(
        (_req, res) => void res.setHeader('content-type', 'text/html').end(trap),
        0,
      ),
    ]);
    context = await chromium.context();
    page = await context.newPage();
    await signIn(page, app.url);
    session = await sessionCookie();
  });
  beforeEach(async () => {
    page = await context.newPage();
  });
  afterEach(() => page.close());
  afterAll(() => Promise.all([app.close(), chromium.close(), foreign.close()]));

  const sessionCookie = async () =>
    (await context.cookies(app.url)).find(({ name }) => name === 'doorstep')?.value;
  const pendingSignIns = async () =>
    (await context.cookies(app.url)).filter(({ name }) => name.startsWith('doorstep-sign-in'));
  const logged = (event: string, reason?: string) =>
    app.logs.filter((line) => line.event === event && line.reason === reason).length;
  const stillSignedIn = async () => {
    expect(await sessionCookie()).toBe(session);
    await page.goto(app.url);
    await arriveAt(page, HELLO_ADA);
  };

  const visitTrap = async (from: string, html: string) => {
    trap = `<!doctype html><title>Trap</title>${html}`;
    await page.goto(
      from === SAME_SITE ? foreign.url : foreign.url.replace('localhost', '127.0.0.1'),
    );
  };

  it.each(CASES)('C8 %s on %s starts no sign-in', async (_, from, html) => {
    const refused = () => logged('request.failed', 'not_a_navigation');
    const started = logged('sign_in.started');
    const pending = await pendingSignIns();
    for (const path of ['/sign-in?direct_sign_in=social:huggingface', '/sign-up']) {
      const before = refused();
      await visitTrap(from, html(app.url + path));
      await expect.poll(refused).toBe(before + 1);
    }
    expect(logged('sign_in.started')).toBe(started);
    expect(await pendingSignIns()).toEqual(pending);
    await stillSignedIn();
  });

  describe.each(FOREIGN)('%s', (from) => {
    it('C8 its link to /sign-in signs nobody out', async () => {
      await visitTrap(from, `<a href="${app.url}/sign-in?prompt=login">Win</a>`);
      await follow(page, 'Win');
      await arriveAt(page, AT_LOGTO);
      await stillSignedIn();
    });

    it('S26 its form to /sign-out does nothing', async () => {
      await visitTrap(
        from,
        `<form method="post" action="${app.url}/sign-out"><button>Win</button></form>`,
      );
      const answer = page.waitForResponse(`${app.url}/sign-out`);
      await press(page, 'Win');
      expect((await answer).status()).toBe(403);
      await arriveAt(page, 'That didn’t come from our own pages');
      await stillSignedIn();
    });

    it('S26 its script can’t post to /sign-out either', async () => {
      const refused = () => logged('request.failed', 'cross_site_request');
      const before = refused();
      await visitTrap(from, fetching(`${app.url}/sign-out`, { method: 'POST' }));
      await expect.poll(refused).toBe(before + 1);
      await stillSignedIn();
    });
  });

  it('C8 a foreign link to /sign-in, followed to its end, comes home signed in', async () => {
    await visitTrap(OTHER_SITE, `<a href="${app.url}/sign-in">Win</a>`);
    await follow(page, 'Win');
    await arriveAt(page, HELLO_ADA);
    session = await sessionCookie();
    await stillSignedIn();
  });
});

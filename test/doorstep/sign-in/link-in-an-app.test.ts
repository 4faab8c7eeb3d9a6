import type { Express } from 'express';
import helmet from 'helmet';
import { afterEach, describe, expect, it } from 'vitest';
import type { Doorstep } from '../../../src/doorstep/options.ts';
import { type Browser, createBrowser } from '../../demo/browser.ts';
import { type Host, startHost } from '../../harness/host.ts';
import { linkFor, press } from '../../harness/links.ts';

const EMAIL = 'o"hara&<b>@example.org';

function pages(app: Express, auth: Doorstep): void {
  app.use(helmet());
  app.use(auth.middleware);
  app.get('/', (req, res) => void res.send(`Hello, ${req.auth.claims?.email}`));
  app.use(auth.errorHandler);
}

describe('F70 sign-in links in an app of somebody’s own', () => {
  let host: Host;
  const start = async (...words: Parameters<typeof startHost>) => {
    host = await startHost(...words);
    return host;
  };
  afterEach(() => host.close());

  /** The page that goes on by itself, as a browser takes it. */
  const goOn = (browser: Browser) =>
    browser.get(browser.page?.headers.get('refresh')?.replace('0;url=', '') ?? '');

  it('the kit’s plain page names both, and its button signs in under helmet’s own policy', async () => {
    const { url } = await start(pages);
    const browser = createBrowser();
    await browser.get(linkFor(host, 'grace@example.org'));
    expect(browser.page?.body).toContain('<b dir="auto">grace@example.org</b>');
    expect(browser.page?.body).not.toContain('You are signed in as');
    expect(browser.page?.headers.get('x-frame-options')).toBe('DENY');
    const sent = await press(browser);
    expect([sent.status, sent.body.includes('<title>Signing in</title>')]).toEqual([200, true]);
    expect((await goOn(browser)).url).toBe(`${url}/`);
    expect(browser.page?.body).toBe('Hello, grace@example.org');
    const ada = await host.signedInBrowser();
    await ada.get(linkFor(host, 'grace@example.org'));
    expect(ada.page?.body).toContain('You are signed in as <b dir="auto">Ada Lovelace</b>');
  });

  it('without an open link there is a plain page that says so', async () => {
    const { url } = await start(pages);
    const page = await createBrowser().get(`${url}/sign-in/link`);
    expect([page.status, page.body.includes('Open your link once more')]).toEqual([400, true]);
  });

  it('what others wrote into the link is escaped, or refused', async () => {
    const { url } = await start(pages);
    const browser = createBrowser();
    const open = (email: string) =>
      browser.get(
        `${url}/sign-in/link?${new URLSearchParams({ one_time_token: 't', login_hint: email })}`,
      );
    expect((await open(EMAIL)).status).toBe(400);
    await open("o'hara&co@example.org");
    expect(browser.page?.body).toContain('o&#39;hara&amp;co@example.org');
  });

  it('renderSignInLink: a page of one’s own; paths: another address', async () => {
    const { url } = await start(pages, {
      paths: { signInLink: '/welcome' },
      signOutAnswer: 'redirect',
      renderSignInLink: ({ email, action, nonce }, req, res) =>
        res.json({ email, action, nonce, isAuthenticated: req.auth.isAuthenticated }),
    });
    const browser = createBrowser();
    await browser.get(linkFor(host, 'grace@example.org').replace('/sign-in/link', '/welcome'));
    expect(browser.page?.url).toBe(`${url}/welcome`);
    const page = JSON.parse(browser.page?.body ?? '');
    expect(page).toMatchObject({ email: 'grace@example.org', isAuthenticated: false });
    const home = await browser.post(url + page.action, { nonce: page.nonce });
    expect(home.body).toBe('Hello, grace@example.org');
  });
});

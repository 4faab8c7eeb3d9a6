import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { authorizeAt } from '../../demo/authorize-at.ts';
import type { Browser } from '../../demo/browser.ts';
import { linkTo } from '../../demo/html.ts';
import { ADA, OTTER } from '../../harness/doorstep.ts';
import { type Host, startHost } from '../../harness/host.ts';
import { huggingFacePages, reasonIn } from './pages.ts';

const PAGE = '/token?x=1&y=%C3%A9';

describe('S61 connecting Hugging Face again', () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(huggingFacePages, { environment: { HF_ACCESS_TOKENS: 'true' } });
  });
  afterEach(() => {
    vi.useRealTimers();
    host.logto.setTokenSecrets({ isStored: true });
  });
  afterAll(() => host.close());

  /** Signed in, and Logto keeps nothing. */
  const unconnected = async (): Promise<Browser> => {
    host.logto.setTokenSecrets({ isStored: false });
    for (const { sub } of host.logto.users.all()) host.logto.forgetToken(sub);
    const browser = await host.signedInBrowser();
    host.logto.setTokenSecrets({ isStored: true });
    return browser;
  };
  /** Clicks the step, goes through the sign-in, and comes back. */
  const connect = async (browser: Browser, choice = ADA) => {
    const link = new URL(linkTo(browser.page?.body ?? '', 'Connect Hugging Face again'), host.url);
    const start = await browser.get(link.href, { until: host.logto.endpoint });
    const authorization = new URL(start.stoppedAt ?? '');
    const callback = await authorizeAt(browser, authorization.href, choice);
    return { authorization, page: await browser.get(callback) };
  };

  it('asks Hugging Face and not Logto’s own session, and comes back to exactly this page', async () => {
    const browser = await unconnected();
    const page = await browser.get(host.url + PAGE);
    expect([page.status, reasonIn(page)]).toEqual([403, 'hugging_face_not_connected']);
    const back = await connect(browser);
    expect(Object.fromEntries(back.authorization.searchParams)).toMatchObject({
      prompt: 'login consent',
      direct_sign_in: 'social:huggingface',
    });
    expect(back.page.url).toBe(host.url + PAGE);
    expect(back.page.body).toMatch(/^hf_oauth_/);
    expect((await browser.get(host.url)).body).toBe('in');
  });

  it('an ordinary sign-in is answered by Logto’s session, and would have brought nothing', async () => {
    const browser = await unconnected();
    await browser.get(`${host.url}/sign-in?direct_sign_in=social:huggingface&return_to=/token`);
    expect(reasonIn(browser.page ?? { body: '' })).toBe('hugging_face_not_connected');
  });

  it('helps once: after that it is an error, for two minutes', async () => {
    const browser = await unconnected();
    host.logto.setTokenSecrets({ isStored: false });
    await browser.get(host.url + PAGE);
    const { page } = await connect(browser);
    expect([page.status, page.url]).toEqual([403, host.url + PAGE]);
    expect(() => linkTo(page.body, 'Connect Hugging Face again')).toThrow();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 60_000 });
    await browser.get(host.url + PAGE);
    host.logto.setTokenSecrets({ isStored: true });
    expect((await connect(browser)).page.status).toBe(200);
  });

  it('another person who comes back is told so, and has nothing of the first one’s', async () => {
    const browser = await unconnected();
    await browser.get(`${host.url}/profile`);
    const { page } = await connect(browser, OTTER);
    expect(JSON.parse(page.body).username).toBe('quiet-otter');
    expect((await browser.get(host.url)).body).toBe(
      'in You are signed in with another account than before.',
    );
    expect((await browser.get(host.url)).body).toBe('in');
  });

  it('for a program it is problem JSON with the reason', async () => {
    const browser = await unconnected();
    const page = await browser.get(`${host.url}/token`, {
      headers: { accept: 'application/json' },
    });
    expect(JSON.parse(page.body)).toMatchObject({
      status: 403,
      reason: 'hugging_face_not_connected',
    });
  });
});

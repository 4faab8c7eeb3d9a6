import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../../harness/doorstep.ts';
import { Loot } from '../../harness/loot.ts';

const MINUTE = 60_000;
const loot = new Loot();
/** In the place of an answer of Logto's. */
let forge = (_path: string, _answer: unknown): object | null => null;
const forgedFetch: typeof fetch = async (input, init) => {
  const response = await loot.fetch(input, init);
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const forged = forge(pathname, await response.clone().text());
  return forged ? Response.json(forged) : response;
};
let app: Doorstep;
beforeAll(async () => {
  vi.stubGlobal('fetch', forgedFetch);
  app = await startDoorstep({
    environment: {
      HF_ACCESS_TOKENS: 'true',
      LOGTO_TIMEOUT_SECONDS: '30',
      HF_ALLOWED_ORGANIZATIONS: 'analytical-engines:65a1c0de00000000000a1837',
    },
  });
});
afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await app.close();
});

it('S29 S58 no line, page or address holds a token of Hugging Face’s, whatever fails', async () => {
  const seen: string[] = [];
  const browser = await app.signedInBrowser(ADA);
  loot.takeCookies(browser);
  const later = (minutes: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE });
  const look = async () => {
    const page = await browser.get(`${app.url}/sessions`);
    seen.push(page.body, JSON.stringify([...page.headers]));
    return page.status;
  };
  const statuses = [await look()];
  const failures: (() => void)[] = [
    () => {},
    () => app.huggingFace.failNext('userinfo', { status: 503 }),
    () => app.huggingFace.failNext('userinfo', 'garbage'),
    () => app.logto.failNext('identityToken', 'garbage'),
    () => app.logto.failNext('identityToken', { status: 500 }),
    () => app.huggingFace.failNext('token', { status: 400 }, 2),
    () => app.huggingFace.revoke('ada-l'),
  ];
  for (const fail of failures) {
    // Past the life of a token: each asks Logto and Hugging Face anew.
    later(481);
    fail();
    statuses.push(await look());
  }
  await app.signedInBrowser(OTTER);
  seen.push(...browser.history.map(({ url }) => url));

  expect(statuses).toEqual([200, 200, 503, 503, 503, 502, 503, 503]);
  const tokens = loot.all.filter((one) => one.startsWith('hf_'));
  expect(tokens.length).toBeGreaterThan(6);
  const lines = app.logs.map((line) => JSON.stringify(line));
  expect(lines.length).toBeGreaterThan(10);
  for (const secret of loot.all) {
    expect(
      lines.filter((line) => line.includes(secret)),
      secret,
    ).toEqual([]);
  }
  for (const token of tokens) expect(seen.filter((text) => text.includes(token))).toEqual([]);
});

it.each([
  ['of Hugging Face', '/access-token', {}],
  ['of Logto', '/oidc/token', { expires_in: 3600 }],
])(
  'S29 S58 a token %s that fits into no header: no, without a word of it',
  async (_whose, path, others) => {
    for (const odd of ['secret\nX-Evil: 1', 'secret\0', 'secret €', 'secret "quoted"']) {
      app.logs.length = 0;
      forge = (asked, answer) =>
        asked.endsWith(path)
          ? { ...JSON.parse(String(answer)), ...others, access_token: odd }
          : null;
      const browser = app.browser();
      const page = await browser.get(await app.upToCallback(browser, '/sign-in', ADA));
      forge = () => null;
      expect(page.status).toBe(503);
      expect(app.logs.some(({ event }) => event === 'sign_in.failed')).toBe(true);
      expect(JSON.stringify([app.logs, page.body])).not.toContain('secret');
    }
  },
);

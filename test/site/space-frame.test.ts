import fc from 'fast-check';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PATHS } from '../../src/doorstep/sign-in/paths.ts';
import { createBrowser } from '../demo/browser.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { text } from '../harness/hostile.ts';

const FRAME = {
  'sec-fetch-dest': 'iframe',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'cross-site',
  'upgrade-insecure-requests': '1',
};
const AUTH_ROUTES = Object.values(DEFAULT_PATHS);

describe('the page for the frame of a Space', () => {
  let on: Doorstep;
  let off: Doorstep;
  beforeAll(async () => {
    [on, off] = await Promise.all([
      startDoorstep({ environment: { HF_SPACE_FRAME: 'true', APP_NAME: 'Ink & <Paper>' } }),
      startDoorstep(),
    ]);
  });
  afterAll(() => Promise.all([on, off].map((app) => app?.close())));

  it('F130 is one link that opens the site in a tab, and only https://huggingface.co may frame it', async () => {
    const { status, headers, text: html } = await request(on.url).get('/').set(FRAME);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(
      /(^|;)frame-ancestors https:\/\/huggingface\.co(;|$)/,
    );
    expect(headers['x-frame-options']).toBeUndefined();
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers).toMatchObject({ vary: 'Sec-Fetch-Dest', 'cache-control': 'no-store' });
    expect(html.match(/<a .*?>/g)).toEqual([
      `<a class="button primary" href="${on.url}/" target="_blank" rel="noopener">`,
    ]);
    expect(html).toContain('Open Ink &amp; &lt;Paper&gt; in a new tab');
    expect(html).not.toMatch(/<(script|form|iframe)/);
  });

  it('F130 loosens nothing else of its headers', async () => {
    const framed = (await request(on.url).get('/').set(FRAME)).headers;
    const usual = (await request(on.url).get('/')).headers;
    const own = ['x-frame-options', 'vary', 'content-length', 'date', 'content-security-policy'];
    for (const name of Object.keys(usual).filter((one) => !own.includes(one)))
      expect([name, framed[name]]).toEqual([name, usual[name]]);
    const withoutFrames = (policy = '') => policy.replace(/frame-ancestors [^;]+/, '');
    expect(withoutFrames(framed['content-security-policy'])).toBe(
      withoutFrames(usual['content-security-policy']),
    );
  });

  it('F130 has nothing of the request in it, whoever asks for whatever', async () => {
    const browser = await on.signedInBrowser();
    const { text: page } = await request(on.url).get('/').set(FRAME);
    const asked = [
      await browser.get(on.url, { headers: FRAME }),
      await browser.get(`${on.url}/account?__theme=dark&x=%3Cscript%3E`, { headers: FRAME }),
      await createBrowser().get(`${on.url}/nowhere/`, {
        headers: { ...FRAME, 'accept-language': 'ja', accept: 'application/json' },
      }),
    ];
    for (const { status, body, headers } of asked) {
      expect([status, body]).toEqual([200, page]);
      expect(headers.getSetCookie()).toEqual([]);
    }
    // The session was not even opened: it goes on as it was.
    expect((await browser.get(on.url)).body).toContain('Hello, Ada Lovelace');
  });

  it.each(AUTH_ROUTES)('F130 is not at %s, which answers as without it', async (path) => {
    const answers = await Promise.all(
      [on, off].map((app) => request(app.url).get(path).set(FRAME)),
    );
    const [withIt, without] = answers.map(({ status, headers }) => [
      status,
      headers['x-frame-options'],
    ]);
    expect(withIt).toEqual(without);
    expect(withIt).toContain('DENY');
  });

  it('F130 is there with the setting only', async () => {
    const { headers, text: html } = await request(off.url).get('/').set(FRAME);
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(html).toContain('Come on in.');
  });

  it('F130 is for a GET that a browser makes for a frame, and for nothing else', async () => {
    const destinations = ['document', 'frame', 'embed', 'object', 'fencedframe', 'empty'];
    const others = [
      {},
      { 'sec-fetch-dest': 'iframe' },
      { ...FRAME, 'sec-fetch-mode': 'cors' },
      ...destinations.map((destination) => ({ ...FRAME, 'sec-fetch-dest': destination })),
    ];
    const site = request(on.url);
    const answers = [
      await site.post('/').set(FRAME),
      await site.head('/').set(FRAME),
      ...(await Promise.all(others.map((headers) => site.get('/').set(headers)))),
    ];
    for (const { headers } of answers) expect(headers['x-frame-options']).toBe('DENY');
  });

  it('F130 any other value of Sec-Fetch-Dest keeps the frame shut', async () => {
    const nearly = fc.constantFrom(
      'IFRAME',
      'Iframe',
      'iframe, iframe',
      'iframe;q=1',
      '"iframe"',
      'xiframe',
      'iframe\t,',
      'ifr ame',
    );
    const hostile = text.filter(
      (value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value) && value.trim() !== 'iframe',
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearly, hostile), fc.boolean(), async (destination, mode) => {
        const headers = mode
          ? { ...FRAME, 'sec-fetch-dest': destination }
          : { ...FRAME, 'sec-fetch-mode': destination };
        const answer = await request(on.url).get('/').set(headers);
        expect(answer.headers['x-frame-options']).toBe('DENY');
        expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
      }),
      { numRuns: 60 },
    );
  });
});

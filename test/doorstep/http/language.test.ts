import request from 'supertest';
import { afterEach, expect, it } from 'vitest';
import { en } from '../../../src/doorstep/http/messages-en.ts';
import { ja } from '../../../src/doorstep/http/messages-ja.ts';
import { createBrowser } from '../../demo/browser.ts';
import { type Host, startHost } from '../../harness/host.ts';

let host: Host;
afterEach(() => host.close());

const HTML = { accept: 'text/html' };
const JAPANESE = { ...HTML, 'accept-language': 'ja,en;q=0.5' };
const FROM_HERE = () => ({ origin: host.url, 'sec-fetch-site': 'same-origin' });

it('F107 the kit’s own pages and flash messages are in the browser’s language, problem JSON is not', async () => {
  host = await startHost((app, auth) => {
    app.use(auth.middleware);
    app.get('/', (req, res) => void res.send(auth.flash.take(req, res)));
    app.use(auth.errorHandler);
  });
  const wrong = (headers: Record<string, string>) =>
    request(host.url).get('/sign-in?prompt=none').set(headers).expect(400);
  const page = await wrong(JAPANESE);
  expect(page.text).toContain('<html lang="ja">');
  expect(page.text).toContain(`<h1>${ja.errors.bad_input[0]}</h1>`);
  expect(page.headers).toMatchObject({
    'content-language': 'ja',
    vary: expect.stringContaining('Accept-Language, Cookie'),
  });
  expect((await wrong(HTML)).text).toContain(`<h1>${en.errors.bad_input[0]}</h1>`);
  const problem = await wrong({ ...JAPANESE, accept: 'application/json' });
  expect(problem.body.title).toBe(en.errors.bad_input[0]);

  const browser = await host.signedInBrowser();
  const out = await browser.post(
    `${host.url}/sign-out`,
    {},
    { headers: { ...JAPANESE, ...FROM_HERE() } },
  );
  expect(out.body).toContain(`<title>${ja.signingOut}</title>`);
  expect(out.body).toContain(`>${ja.goOn}</a>`);
  expect((await browser.get(host.url)).body).toBe(ja.signedOut);

  const opened = await browser.get(
    `${host.url}/sign-in/link?one_time_token=t&login_hint=ada@example.org`,
    { headers: JAPANESE },
  );
  expect(opened.body).toContain(`<h1>${ja.link.title}</h1>`);
  expect(opened.body).toContain('<b dir="auto">ada@example.org</b> 宛て');
});

it('F107 a host says which language a person chose, and puts its own words in the place of the kit’s', async () => {
  host = await startHost(
    (app, auth) => {
      app.use(auth.middleware);
      app.use(auth.errorHandler);
    },
    {
      language: (req) => (req.headers.cookie?.includes('lang=ja') ? 'ja' : null),
      messages: () => ({ home: 'Accueil <et plus>' }),
    },
  );
  const headers = { ...HTML, cookie: 'lang=ja' };
  const page = await request(host.url).get('/sign-in?prompt=none').set(headers);
  expect(page.text).toContain(`<h1>${ja.errors.bad_input[0]}</h1>`);
  expect(page.text).toContain('<a href="/">Accueil &lt;et plus&gt;</a>');
  const start = await request(host.url).get('/sign-in').set(headers);
  expect(new URL(start.headers.location ?? '').searchParams.get('ui_locales')).toBe('ja');
});

it('S86 words of a host that throw leave nothing half done: signing in, signing out, a sign-in link', async () => {
  let words: string[] | undefined = ['Au revoir'];
  host = await startHost(
    (app, auth) => {
      app.use(auth.middleware);
      app.get('/', (req, res) => void res.send(req.auth.isAuthenticated ? 'in' : 'out'));
    },
    {
      messages: () => {
        if (!words) throw new TypeError('words have not been read');
        return { signedOut: words.join() };
      },
    },
  );
  const browser = createBrowser();
  const callback = await host.upToCallback(browser);
  words = undefined;
  expect((await browser.get(callback)).status).toBe(500);
  expect(await host.redis.keys('*')).toEqual([]);
  words = ['Au revoir'];
  await browser.get(callback);
  expect((await browser.get(host.url)).body).toBe('in');

  const signOut = () => browser.post(`${host.url}/sign-out`, {}, { headers: FROM_HERE() });
  words = undefined;
  host.logto.resetCalls();
  expect((await signOut()).status).toBe(500);
  expect((await browser.get(host.url)).body).toBe('in');
  expect(host.logto.calls.revocation).toBe(0);
  words = ['Au revoir'];
  expect((await signOut()).status).toBe(200);
  expect((await browser.get(host.url)).body).toBe('out');

  const link = `${host.url}/sign-in/link`;
  const { body } = await browser.get(`${link}?one_time_token=t&login_hint=ada@example.org`);
  const nonce = body.match(/name="nonce" value="(.+?)"/)?.[1] ?? '';
  const press = () => browser.post(link, { nonce }, { headers: FROM_HERE(), follow: false });
  words = undefined;
  expect((await press()).status).toBe(500);
  words = ['Au revoir'];
  expect((await press()).headers.get('refresh')).toContain(host.logto.endpoint);
});

it.each([
  ['ja-JP', 'en', 'ja'],
  ['JA', 'en', 'ja'],
  ['en-GB', 'ja', 'en'],
  ['fr', 'ja', 'ja'],
  ['fr', 'de', 'en'],
  ['', 'ja', 'ja'],
])(
  'F107 for somebody who chose %j, with %j in the browser, the kit speaks %s',
  async (chosen, preferred, spoken) => {
    host = await startHost(
      (app, auth) => {
        app.use(auth.middleware);
        app.use(auth.errorHandler);
      },
      { language: () => chosen },
    );
    const page = await request(host.url)
      .get('/sign-in?prompt=none')
      .set({ ...HTML, 'accept-language': preferred });
    expect(page.text).toContain(`<html lang="${spoken}">`);
  },
);

import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { pngSize } from '../pictures/png.ts';

const NAME = `Ada's <b>“shop”</b> & more`;
const Manifest = z.strictObject({
  name: z.string(),
  start_url: z.string(),
  display: z.string(),
  theme_color: z.string(),
  background_color: z.string(),
  icons: z.array(z.strictObject({ src: z.string(), type: z.string(), sizes: z.string() })),
});

describe('what others see of the site before anybody signs in', () => {
  let app: Doorstep;
  let home: string;
  beforeAll(async () => {
    const environment = { BASE_URL: 'https://app.test', TRUST_PROXY: 'loopback', APP_NAME: NAME };
    app = await startDoorstep({ environment });
    home = (await get('/')).text;
  });
  afterAll(() => app.close());

  const get = (path: string) =>
    request(app.url).get(path).set({ host: 'app.test', 'x-forwarded-proto': 'https' });
  /** `property` or `name` → content, of one page. */
  const metaOf = (page: string) =>
    Object.fromEntries(
      [...page.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)">/g)].map(
        ([, name, content]) => [name, content],
      ),
    );
  const linkOf = (rel: string, more = '') =>
    new RegExp(`<link rel="${rel}" href="([^"]+)"${more}>`).exec(home)?.[1] ?? '';

  it('F142 a link to it shows its name, one sentence and a picture, by whole addresses', async () => {
    const meta = metaOf(home);
    const name = 'Ada&#39;s &lt;b&gt;“shop”&lt;/b&gt; &amp; more';
    expect(meta).toMatchObject({
      'og:title': name,
      'og:type': 'website',
      'og:locale': 'en_GB',
      'og:url': 'https://app.test/',
      'og:image:width': '1200',
      'og:image:height': '630',
      'twitter:card': 'summary_large_image',
    });
    expect(meta['og:description']).toContain(name);
    expect(meta.description).toBe(meta['og:description']);
    expect(meta['og:image']).toMatch(/^https:\/\/app\.test\/assets\/[0-9a-f]+\/card\.png$/);

    const picture = await get(new URL(meta['og:image'] ?? '').pathname).buffer();
    expect(picture.headers['content-type']).toBe('image/png');
    expect(pngSize(picture.body)).toEqual({ width: 1200, height: 630 });
    expect(picture.body.length).toBeLessThan(100_000);
  });

  it('F142 the sentence is in the language of whoever asks', async () => {
    const { text } = await get('/').set('accept-language', 'ja');
    const meta = metaOf(text);
    expect(meta['og:locale']).toBe('ja_JP');
    expect(meta['og:description']).toMatch(/[\p{sc=Hira}]{2}/u);
    expect(meta['og:image:alt']).toMatch(/[\p{sc=Hira}]{2}/u);
  });

  it.each(['/nope', '/callback', '/sign-in?prompt=x'])(
    'F142 %s has no preview: what it says is for one person',
    async (path) => {
      const { text } = await get(path).set('accept', 'text/html');
      expect(text).toContain('</html>');
      expect(text).not.toContain('og:');
    },
  );

  it('F143 /favicon.ico holds 16, 32 and 48 px, is kept for a day, and asks nothing of Redis', async () => {
    const { status, headers, body } = await get('/favicon.ico').buffer();
    expect([status, headers['cache-control'], headers['set-cookie']]).toEqual([
      200,
      'public, max-age=86400',
      undefined,
    ]);
    expect(headers['content-type']).toMatch(/^image\/(x-icon|vnd\.microsoft\.icon)$/);
    const count = body.readUInt16LE(4);
    const sizes = Array.from({ length: count }, (_, index) => {
      const offset = body.readUInt32LE(6 + 16 * index + 12);
      return pngSize(body.subarray(offset)).width;
    });
    expect(sizes).toEqual([16, 32, 48]);
  });

  it('F143 every page names the icons: SVG, the old one, and one for home screens', async () => {
    expect(linkOf('icon', ' sizes="32x32"')).toBe('/favicon.ico');
    const svg = await get(linkOf('icon', ' type="image/svg\\+xml"')).buffer();
    expect(svg.headers['content-type']).toBe('image/svg+xml');
    const touch = await get(linkOf('apple-touch-icon')).buffer();
    expect(pngSize(touch.body)).toEqual({ width: 192, height: 192 });
    for (const scheme of ['light', 'dark'])
      expect(home).toMatch(
        new RegExp(`name="theme-color" media="\\(prefers-color-scheme: ${scheme}`),
      );
  });

  it('F144 the manifest has the name of the setting and icons that are there, and claims no app', async () => {
    const { headers, body } = await get(linkOf('manifest'));
    expect(headers['content-type']).toMatch(/^application\/manifest\+json/);
    expect(headers['cache-control']).toBe('public, max-age=86400');
    expect(headers['set-cookie']).toBeUndefined();
    const manifest = Manifest.parse(body);
    expect(manifest).toMatchObject({ name: NAME, display: 'browser', start_url: '/' });
    for (const { src, type } of manifest.icons)
      expect((await get(src)).headers['content-type']).toBe(type);
  });
});

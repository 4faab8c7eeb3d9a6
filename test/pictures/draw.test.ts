import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { startDoorstep } from '../harness/doorstep.ts';
import { drawAll, type Pictures } from './draw.ts';
import { pngSize } from './png.ts';

const STEPS = {
  '.svg': ['1. The door', '2. Hugging Face', '3. Inside'],
  '.ja.svg': ['1. ドアの前', '2. Hugging Face', '3. 中へ'],
};
const STRIPS = Object.entries(STEPS).flatMap(([end, captions]) =>
  ['light', 'dark'].map((scheme) => ({ file: `docs/strip-${scheme}${end}`, captions })),
);
const kept = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url));

/** What a strip consists of: not how its pages look, which may change any day. */
function contentOf(strip: Buffer) {
  const svg = strip.toString();
  const pictures = [...svg.matchAll(/<image [^>]*href="data:image\/webp;base64,([^"]+)"/g)];
  return {
    captions: [...svg.matchAll(/<text [^>]*>([^<]+)<\/text>/g)].map(([, text]) => text),
    areWebP: pictures.map(([, data = '']) => Buffer.from(data, 'base64').toString('latin1', 8, 12)),
  };
}

describe('F141 the pictures that are kept', () => {
  it('F141 each strip has its three steps, in less than 300 kB together', () => {
    for (const { file, captions } of STRIPS)
      expect(contentOf(kept(file))).toEqual({ captions, areWebP: ['WEBP', 'WEBP', 'WEBP'] });
    const sizes = STRIPS.map(({ file }) => kept(file).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(300_000);
  });

  it.each([
    ['README.md', '.svg'],
    ['README.ja.md', '.ja.svg'],
  ])('F141 %s shows each to whom it fits', (page, end) => {
    const picture = /<picture>[\s\S]*<\/picture>/.exec(readFileSync(page, 'utf8'))?.[0] ?? '';
    expect(picture).toContain(
      `media="(prefers-color-scheme: dark)" srcset="docs/strip-dark${end}"`,
    );
    expect(picture).toMatch(new RegExp(`<img alt="[^"]{40,}" src="docs/strip-light${end}"`));
  });
});

describe.skipIf(!chromiumPath)('F141 npm run pictures, in Chromium', () => {
  let chromium: Chromium;
  let drawn: Pictures;
  beforeAll(async () => {
    chromium = await launchChromium();
    drawn = await drawAll(chromium);
  });
  afterAll(() => chromium.close());

  it('F141 draws all of them from the site as it is now', () => {
    for (const { file } of STRIPS)
      expect(contentOf(drawn[file] ?? Buffer.from(''))).toEqual(contentOf(kept(file)));
    expect(pngSize(drawn['public/card.png'] ?? Buffer.from(''))).toEqual({
      width: 1200,
      height: 630,
    });
    expect(pngSize(drawn['public/icon.png'] ?? Buffer.from(''))).toEqual({
      width: 192,
      height: 192,
    });
    expect(Object.keys(drawn).filter((file) => !existsSync(file))).toEqual([]);
  });

  it('F143 the icon is another one on a dark tab, with the policy that it is sent under', async () => {
    const app = await startDoorstep();
    const shots: Buffer[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await chromium.context({ colorScheme });
      const page = await context.newPage();
      await page.goto(app.url);
      const icon = await page.locator('link[type="image/svg+xml"]').getAttribute('href');
      await page.setContent(`<body style="background: #fff"><img src="${icon}" width="64">`);
      await page.evaluate('document.images[0].decode()');
      shots.push(await page.locator('img').screenshot());
      await context.close();
    }
    await app.close();
    expect(shots[0]?.equals(shots[1] ?? Buffer.from(''))).toBe(false);
  });

  it('F144 Chromium takes the manifest, with its policy, without a complaint', async () => {
    const app = await startDoorstep();
    const page = await (await chromium.context()).newPage();
    await page.goto(app.url);
    const devTools = await page.context().newCDPSession(page);
    const { url, errors } = await devTools.send('Page.getAppManifest');
    expect([url, errors]).toEqual([`${app.url}/site.webmanifest`, []]);
    await app.close();
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Chromium } from '../harness/chromium.ts';
import { startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));
const FONT = createRequire(import.meta.url).resolve(
  '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
);
const FONT_FACE = `@font-face { font-family: Figtree; font-weight: 300 900;
  src: url(data:font/woff2;base64,${readFileSync(FONT, 'base64')}) }`;
const SCHEMES = ['light', 'dark'] as const;
const PHONE = { width: 390, height: 680 };
const GAP = 62;
const MAX_RELOADS = 50;
const STRIPS = [
  { locale: 'en-GB', captions: ['The door', 'Hugging Face', 'Inside'], end: '.svg' },
  { locale: 'ja-JP', captions: ['ドアの前', 'Hugging Face', '中へ'], end: '.ja.svg' },
];
const INK = { light: '#57534a', dark: '#b5ad9c' };
const LINE = { light: '#d9d4c8', dark: '#3d372b' };

type Scheme = (typeof SCHEMES)[number];

/** File from the repository's root → its bytes. */
export type Pictures = Record<string, Buffer>;

/** Every picture that is made from the site: the strip of the README, the card and the icons. */
export async function drawAll(chromium: Chromium): Promise<Pictures> {
  const favicon = read('public/favicon.svg').toString();
  const icon = (size: number) => drawIcon(chromium, favicon, size, 'transparent', 1);
  return {
    ...(await drawStrips(chromium)),
    'public/card.png': await drawCard(chromium),
    'public/icon.png': await drawIcon(chromium, favicon, 192, '#faf9f6', 0.74),
    'public/favicon.ico': toIco([await icon(16), await icon(32), await icon(48)]),
  };
}

/** A sign-in on a phone: three pages side by side, sharp on fine screens, with their names below. */
async function drawStrips(chromium: Chromium): Promise<Pictures> {
  // As npm run demo has it.
  const environment = { ...WHOLE_SITE, HF_ACCESS_TOKENS: 'true' };
  const site = await startDoorstep({ environment, fetchProfile: true });
  // The first sign-in is the slowest: nobody waits for it at a page.
  await site.signedInBrowser();
  const pictures: Pictures = {};
  for (const { locale, captions, end } of STRIPS) {
    for (const colorScheme of SCHEMES) {
      const options = { viewport: PHONE, colorScheme, locale, deviceScaleFactor: 2 };
      const shots = await withPage(chromium, options, (page) => walk(page, site.url));
      const steps = captions.map((caption, index) => ({ caption, shot: shots[index] ?? '' }));
      pictures[`docs/strip-${colorScheme}${end}`] = Buffer.from(stripOf(steps, colorScheme));
    }
  }
  await site.close();
  return pictures;
}

interface Step {
  caption: string;
  /** WebP, in base64: a quarter of a PNG. */
  shot: string;
}

/** By what the pages are made of: their words are in any language. @returns a shot of each. */
async function walk(page: Page, url: string): Promise<string[]> {
  const shots: string[] = [];
  const devTools = await page.context().newCDPSession(page);
  const take = async () => {
    await page.waitForLoadState('load');
    await page.evaluate('document.fonts.ready');
    const options = { format: 'webp', quality: 70 } as const;
    shots.push((await devTools.send('Page.captureScreenshot', options)).data);
  };
  await page.goto(url);
  await take();
  const way = await page.locator('a.primary').getAttribute('href');
  await page.goto(new URL(way ?? '', url).href);
  const authorize = page.locator('button[value="authorize"]');
  await authorize.waitFor();
  await take();
  await authorize.click();
  await page.waitForURL(`${url}/`);
  // The account at Hugging Face is known a moment later.
  for (let tries = 0; tries < MAX_RELOADS; tries += 1) {
    if ((await page.textContent('main'))?.includes('@ada-l')) break;
    await page.reload();
  }
  await take();
  return shots;
}

/** Whether letters are more than boxes here. */
export async function hasJapaneseFont(chromium: Chromium): Promise<boolean> {
  const [a, i] = await Promise.all(['あ', 'い'].map((letter) => draw(chromium, letter, {})));
  return a !== undefined && i !== undefined && !a.equals(i);
}

function stripOf(steps: Step[], scheme: Scheme): string {
  const { width, height } = PHONE;
  const across = width + GAP;
  const frames = steps.map(
    ({ caption, shot }, index) => `<g transform="translate(${2 + index * across} 2)">
<image width="${width}" height="${height}" clip-path="url(#frame)" href="data:image/webp;base64,${shot}"/>
<rect width="${width}" height="${height}" rx="22" stroke="${LINE[scheme]}" stroke-width="2"/>
<text x="${width / 2}" y="${height + 38}">${index + 1}. ${caption}</text>
${index > 0 ? `<path d="M${14 - GAP} ${height / 2}h34m-10-10 10 10-10 10"/>` : ''}</g>`,
  );
  const size = { width: across * steps.length - GAP + 4, height: height + 52 };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" fill="none" stroke-linecap="round" stroke-linejoin="round">
<title>A sign-in on a phone, in three steps</title>
<style>text { font: 600 25px system-ui, sans-serif; text-anchor: middle; fill: ${INK[scheme]} } path { stroke: #d9a400; stroke-width: 5 }</style>
<clipPath id="frame"><rect width="${width}" height="${height}" rx="22"/></clipPath>
${frames.join('\n')}
</svg>
`;
}

/** What others show of a link to the site: without its name, which is a setting. */
async function drawCard(chromium: Chromium): Promise<Buffer> {
  const door = read('views/partials/doorway.ejs').toString();
  const html = `<style>${FONT_FACE}
    body { display: flex; align-items: center; justify-content: space-between; width: 1200px; height: 630px; margin: 0;
      padding: 0 70px 0 90px; box-sizing: border-box; background: #faf9f6; color: #1e1b15; font-family: Figtree;
      --glow: 0; --rim: #a87700 }
    h1 { margin: 0; font-size: 104px; white-space: nowrap; font-weight: 650; line-height: 1; letter-spacing: -.04em }
    p { margin: 28px 0 0; font-size: 38px; line-height: 1.35; color: #615a4c }
    svg { flex: none; width: 450px; height: 450px }
  </style><body><div><h1>Come on in.</h1><p>Sign in with the Hugging Face<br>account you already have.</p></div>${door}</body>`;
  return draw(chromium, html, {}, { width: 1200, height: 630 });
}

function drawIcon(
  chromium: Chromium,
  svg: string,
  size: number,
  ground: string,
  share: number,
): Promise<Buffer> {
  const html = `<style>body { display: grid; place-items: center; width: ${size}px; height: ${size}px; margin: 0; background: ${ground} }
    svg { width: ${size * share}px; height: ${size * share}px }</style><body>${svg}</body>`;
  return draw(chromium, html, { omitBackground: true }, { width: size, height: size });
}

async function draw(
  chromium: Chromium,
  html: string,
  options: { omitBackground?: boolean },
  viewport = { width: 1400, height: 900 },
): Promise<Buffer> {
  return withPage(chromium, { viewport }, async (page) => {
    await page.setContent(html);
    await page.evaluate('document.fonts.ready');
    return page.locator('body').screenshot({ type: 'png', ...options });
  });
}

async function withPage<T>(
  chromium: Chromium,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await chromium.context({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Pictures of up to 255 px as one file for old browsers: an entry of 16 bytes each, then the PNGs. */
function toIco(pngs: Buffer[]): Buffer {
  const header = Buffer.alloc(6 + 16 * pngs.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pngs.length, 4);
  let offset = header.length;
  for (const [index, png] of pngs.entries()) {
    const entry = 6 + 16 * index;
    // PNG's IHDR: width and height as 32 bits at 16 and 20.
    header.writeUInt8(png.readUInt32BE(16), entry);
    header.writeUInt8(png.readUInt32BE(20), entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pngs]);
}

import { writeFileSync } from 'node:fs';
import { launchChromium } from '../harness/chromium.ts';
import { drawAll, hasJapaneseFont } from './draw.ts';

/** `npm run pictures`: draws every picture that is made from the site, and puts it where it belongs. */
const chromium = await launchChromium();
if (!(await hasJapaneseFont(chromium)))
  throw new Error('Install a Japanese font first, on Debian fonts-ipafont-gothic');
const pictures = await drawAll(chromium);
await chromium.close();
for (const [file, bytes] of Object.entries(pictures)) {
  writeFileSync(new URL(`../../${file}`, import.meta.url), bytes);
  process.stdout.write(`${file} ${Math.ceil(bytes.length / 1000)} kB\n`);
}

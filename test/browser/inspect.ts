import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const ARTEFACTS = fileURLToPath(new URL('../../artefacts', import.meta.url));
/** Put into a page once and run four times there: a quarter of the time that one builder a run takes. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HEIGHT = 844;

/**
 * Looks at the page as it stands, in both colour schemes, on a phone and on a desktop, and leaves a
 * picture of each in artefacts/.
 *
 * @param name of the pictures
 * @returns what is wrong with it, in words; nothing is the right answer.
 */
export async function inspect(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  if (!(await page.title())) found.push('no title');
  const headings = await page.getByRole('heading', { level: 1 }).count();
  if (headings !== 1) found.push(`${headings} main headings`);
  const { pathname } = new URL(page.url());
  const unmarked = page
    .getByRole('navigation')
    .locator(`a[href="${pathname}"]:not([aria-current])`);
  if ((await unmarked.count()) > 0) found.push('the navigation does not mark this page as current');
  await page.evaluate(AXE);
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion, so that no colour is caught on its way from one scheme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: HEIGHT });
      const path = `${ARTEFACTS}/${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
      const where = `at ${width} px, ${colorScheme}`;
      if (await scrollsSideways(page)) found.push(`scrolls sideways ${where}`);
      found.push(...(await violations(page)).map((violation) => `${violation} ${where}`));
    }
  }
  await page.setViewportSize({ width: 320, height: HEIGHT });
  if (await scrollsSideways(page)) found.push('scrolls sideways at 320 px');
  return found;
}

const scrollsSideways = (page: Page) =>
  page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );

/** Every default rule of axe. */
const violations = (page: Page) =>
  page.evaluate<string[]>(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`);

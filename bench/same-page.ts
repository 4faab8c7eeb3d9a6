import type { Subject } from './measure.ts';

/**
 * Another checkout of Doorstep has a page of its own.
 *
 * @throws when a contender shows another page than Doorstep: then nothing could be compared.
 */
export async function checkSamePage(all: Subject[]): Promise<void> {
  const subjects = all.filter(({ app }) => app.name !== 'before');
  for (const signedIn of [true, false]) {
    const pages = await Promise.all(
      subjects.map(async ({ app, visitor }) => {
        const headers = signedIn ? { cookie: visitor.cookies } : {};
        const answer = await fetch(`${app.url}/`, { headers });
        return { title: app.title, page: essence(await answer.text()) };
      }),
    );
    const expected = pages.find(({ title }) => title === 'Doorstep')?.page;
    const other = pages.find(({ page }) => page !== expected);
    if (other) {
      const at = [...other.page].findIndex((letter, index) => letter !== expected?.[index]);
      const piece = (page = '') => page.slice(Math.max(0, at - 60), at + 60);
      throw new Error(
        `${other.title} shows another page:\n${piece(other.page)}\n---\n${piece(expected)}`,
      );
    }
  }
}

/** Without the ports, what is shown in the first moments after a sign-in, the addresses of assets, the moments, and the white space. */
function essence(page: string): string {
  return page
    .replace('card hello just-signed-in', 'card hello')
    .replace(/http:\/\/localhost:\d+/g, '')
    .replace(/\/assets\/[0-9a-f]{10}\//g, '/')
    .replace(/<time.*?<\/time>/g, '')
    .replace(/\s+/g, ' ');
}

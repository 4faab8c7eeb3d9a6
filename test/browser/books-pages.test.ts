import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { inspect } from './inspect.ts';
import { arriveAt, press, read, signIn } from './walk.ts';

type Arrive = (page: Page, app: Doorstep) => Promise<unknown>;

const open =
  (path: string): Arrive =>
  (page, { url }) =>
    page.goto(url + path);

const addBook =
  (path: string, title: string): Arrive =>
  async (page, { url }) => {
    await page.goto(url + path);
    await page.getByRole('textbox', { name: 'Title' }).fill(title);
    await page.getByRole('textbox', { name: 'Author' }).fill('Mary Somerville');
    await press(page, 'Add book');
  };

const addedBook: Arrive = async (page, app) => {
  await addBook('/books', 'On the Connexion of the Physical Sciences')(page, app);
  await read(page, 'Added: On the Connexion');
  await addBook('/books', 'Physical Geography')(page, app);
  await read(page, 'Added: Physical Geography');
};

/** As from a page that is older than the loss of the permission. */
const addWithoutPermission: Arrive = async (page, { url }) => {
  await page.goto(`${url}/books`);
  const form = '<form method="post" action="/books"><button>Add book</button></form>';
  await page.evaluate(`document.querySelector('main').innerHTML = ${JSON.stringify(form)}`);
  await press(page, 'Add book');
};

/** Name (of the pictures too), who looks, how to get there, main heading. The order matters. */
const STATES: [string, 'ada' | 'otter', Arrive, string][] = [
  ['books-empty', 'ada', open('/organizations/anaengines37/books'), 'Books'],
  ['books-mistake', 'ada', addBook('/books', ' '), 'Books'],
  ['books', 'ada', addedBook, 'Books'],
  ['books-reader', 'otter', open('/books'), 'Books'],
  ['books-forbidden', 'otter', addWithoutPermission, 'You can’t add books yet'],
];

describe.skipIf(!chromiumPath)('every state of the books, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let pages: Record<'ada' | 'otter', Page>;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([
      startDoorstep({ environment: WHOLE_SITE }),
      launchChromium(),
    ]);
    const open = async () => (await chromium.context()).newPage();
    pages = { ada: await open(), otter: await open() };
    await signIn(pages.ada, app.url);
    await signIn(pages.otter, app.url, 'quiet-otter');
  });
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it.each(STATES)('%s', async (name, who, arrive, heading) => {
    await arrive(pages[who], app);
    await arriveAt(pages[who], heading);
    expect(await inspect(pages[who], name)).toEqual([]);
  });
});

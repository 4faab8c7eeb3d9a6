import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { ENGINES, MATHEMATICIANS, member } from '../harness/people-at-logto.ts';
import { AT_LOGTO, arriveAt, follow, press, read, signIn } from './walk.ts';

describe.skipIf(!chromiumPath)('two accounts and two organizations, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let ada: Page;
  let otter: Page;
  beforeAll(async () => {
    [app, chromium] = await Promise.all([
      startDoorstep({ environment: WHOLE_SITE }),
      launchChromium(),
    ]);
    [ada, otter] = await Promise.all([newPage(), newPage()]);
    await signIn(ada, app.url);
    await signIn(otter, app.url, 'quiet-otter');
  });
  afterEach(() => vi.useRealTimers());
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  const newPage = async () => (await chromium.context()).newPage();
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();
  const mayAdd = async (page: Page) =>
    (await page.getByRole('button', { name: 'Add book' }).count()) === 1;
  const titles = (page: Page) => page.locator('main li b').allTextContents();
  const add = async (page: Page, title: string) => {
    await page.getByRole('textbox', { name: 'Title' }).fill(title);
    await page.getByRole('textbox', { name: 'Author' }).fill('Mary Somerville');
    await press(page, 'Add book');
  };
  const otterAtLogto = () => {
    const found = app.logto.users.all().find(({ name }) => name === null);
    if (!found) throw new Error('quiet-otter is not known at Logto');
    return found.sub;
  };
  const recheckIsDue = () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 11 * 60_000);
  };

  it('the difference between two accounts: one may add books, one may read them', async () => {
    for (const page of [ada, otter]) await follow(page, 'Books');
    expect(await mayAdd(ada)).toBe(true);
    expect(await mayAdd(otter)).toBe(false);
    await add(ada, 'Physical Geography');
    await read(ada, 'Added: Physical Geography');
    await otter.reload();
    expect(await titles(otter)).toEqual([]);
  });

  it('a mistake is told beside its field, and what was typed stays', async () => {
    await ada.goto(`${app.url}/books`);
    await add(ada, ' ');
    const title = ada.getByRole('textbox', { name: 'Title' });
    expect(await title.getAttribute('aria-invalid')).toBe('true');
    await ada.getByText('Title must not be empty').waitFor();
    expect(await ada.getByRole('textbox', { name: 'Author' }).inputValue()).toBe('Mary Somerville');
  });

  it('switching: each organization has its own shelf, and the address says which', async () => {
    const shelves = ada.getByRole('navigation', { name: 'Shelves' });
    await shelves.getByRole('link', { name: 'Analytical Engines' }).click();
    await ada.waitForURL(`${app.url}/organizations/${ENGINES}/books`);
    expect(await titles(ada)).toEqual([]);
    await add(ada, 'Sketch of the Analytical Engine');
    await read(ada, 'Added: Sketch');
    await shelves.getByRole('link', { name: 'London Mathematical Society' }).click();
    await ada.waitForURL(`${app.url}/organizations/${MATHEMATICIANS}/books`);
    expect(await titles(ada)).toEqual([]);
    await shelves.getByRole('link', { name: 'Your own' }).click();
    await ada.waitForURL(`${app.url}/books`);
    expect(await titles(ada)).toEqual(['Physical Geography']);
  });

  it('the default is where the navigation leads, and two tabs may be about two organizations', async () => {
    await follow(ada, 'Organizations');
    await arriveAt(ada, 'Organizations');
    await follow(ada, 'Analytical Engines');
    await arriveAt(ada, 'Analytical Engines');
    await press(ada, 'Make it the default');
    await read(ada, 'This is your default organization now.');
    const main = ada.getByRole('navigation', { name: 'Main' });
    await main.getByRole('link', { name: 'Books' }).click();
    expect(await titles(ada)).toEqual(['Sketch of the Analytical Engine']);
    const tab = await ada.context().newPage();
    await tab.goto(`${app.url}/organizations/${MATHEMATICIANS}/books`);
    await ada.reload();
    expect(await titles(ada)).toEqual(['Sketch of the Analytical Engine']);
    expect(await titles(tab)).toEqual([]);
    await tab.close();
  });

  it('a membership granted appears, and a foreign organization stays shut', async () => {
    await otter.goto(`${app.url}/organizations/${ENGINES}/books`);
    await arriveAt(otter, 'You are not a member of this organization');
    await follow(otter, 'Your organizations');
    await otter.getByText('You belong to none yet.').waitFor();
    app.logto.users.update(otterAtLogto(), { organizations: [member(ENGINES)] });
    await otter.reload();
    await follow(otter, 'Analytical Engines');
    await otter.getByRole('main').getByRole('link', { name: 'Books' }).click();
    expect(await titles(otter)).toEqual(['Sketch of the Analytical Engine']);
    expect(await mayAdd(otter)).toBe(false);
  });

  it('a role taken away mid-session: the page with the form is older than that', async () => {
    const sub = app.logto.users.all().find(({ name }) => name === 'Ada Lovelace')?.sub ?? '';
    await ada.goto(`${app.url}/organizations/${MATHEMATICIANS}/books`);
    expect(await mayAdd(ada)).toBe(true);
    app.logto.users.update(sub, { roles: ['reader'] });
    recheckIsDue();
    await add(ada, 'Too late');
    expect(await heading(ada)).toBe('You can’t add books yet');
    await ada.getByText('@ada-l').waitFor();
    await follow(ada, 'Back to Books');
    expect(await mayAdd(ada)).toBe(false);
    expect(await titles(ada)).toEqual([]);
    // In the other one she is an administrator still.
    await ada.goto(`${app.url}/organizations/${ENGINES}/books`);
    expect(await mayAdd(ada)).toBe(true);
  });

  it('a membership taken away mid-session', async () => {
    app.logto.users.update(otterAtLogto(), { organizations: [] });
    recheckIsDue();
    await otter.goto(`${app.url}/organizations/${ENGINES}/books`);
    await arriveAt(otter, 'You are not a member of this organization');
  });

  it('S25 a work e-mail goes to Logto’s page, past the Content-Security-Policy', async () => {
    app.logto.changeSignInExperience({ signIn: { methods: [{ identifier: 'email' }] } });
    await app.logtoPages.refresh();
    const page = await newPage();
    await page.goto(app.url);
    await page.getByText('Use your work e-mail').click();
    await page.getByRole('textbox', { name: 'Work e-mail' }).fill('ada@work.example');
    await press(page, 'Go to sign-in');
    await arriveAt(page, AT_LOGTO);
    expect(page.url()).toContain(app.logto.endpoint);
    expect(await page.getByRole('textbox').inputValue()).toBe('ada@work.example');
  });
});

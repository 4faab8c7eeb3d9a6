import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { ENGINES, MATHEMATICIANS, member, signedInWith } from '../harness/people-at-logto.ts';

const BOOK = { title: 'Physical Geography', author: 'Mary Somerville' };

describe('shelves of organizations', () => {
  let app: Doorstep;
  beforeAll(async () => {
    const environment = { ...WHOLE_SITE, ACCOUNT_RECHECK_MINUTES: '10' };
    app = await startDoorstep({ environment });
  });
  afterEach(() => vi.useRealTimers());
  afterAll(() => app.close());

  const at = (path: string) => app.url + path;
  const page = (id: string) => at(`/organizations/${id}`);
  const shelf = (id: string) => `${page(id)}/books`;
  const laterBy = (minutes: number) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + minutes * 60_000);
  };

  it('C58 somebody in 300 organizations: the page links twenty shelves and asks Logto once', async () => {
    const organizations = Array.from({ length: 300 }, (_, index) => ({
      ...member(`org${String(index).padStart(3, '0')}`),
      name: `Number ${String(index).padStart(3, '0')}`,
    }));
    const { browser } = await signedInWith(app, 'joiner', { roles: ['editor'], organizations });
    expect((await browser.get(shelf('org299'))).body).toContain('members of Number 299 share');
    // Once for the permissions there.
    await browser.get(at('/books'));
    app.logto.resetCalls();
    const own = await browser.get(at('/books'));
    expect(own.body.match(/href="\/organizations\/org\d+\/books"/g)).toHaveLength(20);
    expect(app.logto.calls).toMatchObject({ userinfo: 0, token: 0 });
  });

  it('the address decides which shelf it is, and the navigation leads to the default’s', async () => {
    const organizations = [member(ENGINES, ['admin']), member(MATHEMATICIANS)];
    const { browser, sub } = await signedInWith(app, 'chooser', {
      roles: ['editor'],
      organizations,
    });
    const booksLink = async () =>
      /href="([^"]*books)"/.exec((await browser.get(app.url)).body)?.[1];
    expect(await booksLink()).toBe('/books');
    await browser.get(page(ENGINES));
    await browser.post(`${page(ENGINES)}/default`, {});
    expect(await booksLink()).toBe(`/organizations/${ENGINES}/books`);

    await browser.post(shelf(MATHEMATICIANS), BOOK);
    expect((await browser.get(shelf(MATHEMATICIANS))).body).toContain(BOOK.title);
    expect((await browser.get(shelf(ENGINES))).body).not.toContain(BOOK.title);
    expect((await browser.get(at('/books'))).body).not.toContain(BOOK.title);

    await browser.post(`${page(ENGINES)}/not-default`, {});
    expect(await booksLink()).toBe('/books');
    await browser.post(`${page(ENGINES)}/default`, {});
    app.logto.users.update(sub, { organizations: [member(MATHEMATICIANS)] });
    laterBy(11);
    const refused = await browser.get(shelf(ENGINES));
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('href="/books"');
  });

  it('a role taken away mid-session takes the form away, with the next recheck', async () => {
    const organizations = [member(ENGINES, ['admin'])];
    const { browser, sub } = await signedInWith(app, 'demoted', {
      roles: ['reader'],
      organizations,
    });
    expect((await browser.get(shelf(ENGINES))).body).toContain('Add a book');
    app.logto.users.update(sub, { organizations: [member(ENGINES)] });
    laterBy(11);
    expect((await browser.get(shelf(ENGINES))).body).not.toContain('Add a book');
  });
});

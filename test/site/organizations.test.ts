import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { idIn } from '../harness/people.ts';
import { ENGINES, MATHEMATICIANS, member, signedInWith } from '../harness/people-at-logto.ts';
import { withScopedPages } from '../harness/scoped-pages.ts';

const NOT_A_MEMBER = 'You are not a member of this organization';

describe('organizations', () => {
  let app: Doorstep;
  beforeAll(async () => {
    const environment = { ...WHOLE_SITE, ACCOUNT_RECHECK_MINUTES: '10' };
    app = await startDoorstep({ environment, createApp: withScopedPages });
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(() => app.close());

  const at = (path: string) => app.url + path;
  const page = (id: string) => at(`/organizations/${id}`);
  const scoped = (id: string) => `${page(id)}/scoped`;
  const laterBy = (minutes: number) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + minutes * 60_000);
  };

  it('lists one’s organizations with the roles in each, and asks Logto once', async () => {
    const organizations = [member(ENGINES, ['admin', 'treasurer']), member(MATHEMATICIANS, [])];
    const { browser } = await signedInWith(app, 'lister', { organizations });
    expect((await browser.get(app.url)).body).toContain('You belong to 2 organizations.');
    app.logto.resetCalls();
    const { body } = await browser.get(at('/organizations'));
    expect(body).toMatch(
      /Analytical Engines[\s\S]*admin[\s\S]*treasurer[\s\S]*London Mathematical/,
    );
    expect(app.logto.calls).toMatchObject({ userinfo: 1, token: 0 });
    expect((await browser.get(page(MATHEMATICIANS))).body).toContain(
      'You are a member, without a role.',
    );
  });

  it('C58 somebody in 300 organizations: pages list twenty, the session has no names of all, nothing else changes', async () => {
    const organizations = Array.from({ length: 300 }, (_, index) => ({
      ...member(`org${String(index).padStart(3, '0')}`, index % 2 ? ['admin'] : []),
      name: `Number ${String(index).padStart(3, '0')}`,
    }));
    const { browser } = await signedInWith(app, 'joiner', { roles: ['editor'], organizations });
    const names = ({ body }: { body: string }) => body.match(/>Number \d+</g) ?? [];
    expect((await browser.get(app.url)).body).toContain('You belong to 300 organizations.');
    const first = await browser.get(at('/organizations'));
    const last = await browser.get(at('/organizations?page=15'));
    expect([names(first).length, names(last).length]).toEqual([20, 20]);
    expect(first.body).toContain('href="/organizations?page=2"');
    expect(last.body).toContain('href="/organizations?page=14"');
    expect(last.body).not.toContain('More organizations');
    expect(names(await browser.get(at('/organizations?page=99')))).toEqual(names(last));
    expect(names(await browser.get(at('/account')))).toHaveLength(20);
    expect((await browser.get(page('org299'))).body).toContain('admin');
    expect((await browser.get(page('org300'))).status).toBe(403);
    expect((await browser.get(scoped('org299'))).body).toBe('of org299');
    // After a refresh, which reads the stored record and writes it anew.
    laterBy(11);
    expect((await browser.get(page('org299'))).body).toContain('admin');
    const cookie = browser.cookies.find('localhost', 'doorstep')?.value ?? '';
    const stored = await app.redis.getBuffer(`session:${idIn(cookie)}`);
    expect(stored?.length).toBeLessThan(8000);
  });

  it('the address decides which one a page is about, the session remembers only the default', async () => {
    const organizations = [member(ENGINES, ['admin']), member(MATHEMATICIANS)];
    const { browser } = await signedInWith(app, 'chooser', { roles: ['editor'], organizations });
    const isDefault = async (id: string) =>
      (await browser.get(page(id))).body.includes('This is your default organization.');
    expect(await isDefault(ENGINES)).toBe(false);
    const chosen = await browser.post(`${page(ENGINES)}/default`, {});
    expect(chosen.body).toContain('This is your default organization now.');
    expect([await isDefault(ENGINES), await isDefault(MATHEMATICIANS)]).toEqual([true, false]);
    expect((await browser.get(scoped(MATHEMATICIANS))).body).toBe(`of ${MATHEMATICIANS}`);
    expect((await browser.get(at('/scoped'))).body).toBe('of oneself');
    await browser.post(`${page(ENGINES)}/not-default`, {});
    expect(await isDefault(ENGINES)).toBe(false);
    const foreign = await browser.post(`${page('nobodys')}/default`, {});
    expect(foreign.status).toBe(403);
    expect(foreign.body).toContain(NOT_A_MEMBER);
  });

  it('a membership lost: the recheck takes access away, with a clear page', async () => {
    const organizations = [member(ENGINES, ['admin']), member(MATHEMATICIANS)];
    const { browser, sub } = await signedInWith(app, 'loser', { organizations });
    await browser.get(page(ENGINES));
    await browser.post(`${page(ENGINES)}/default`, {});
    expect((await browser.get(scoped(ENGINES))).status).toBe(200);
    app.logto.users.update(sub, { organizations: [member(MATHEMATICIANS)] });
    expect((await browser.get(scoped(ENGINES))).status).toBe(200);
    laterBy(11);
    const refused = await browser.get(scoped(ENGINES));
    expect(refused.status).toBe(403);
    expect(refused.body).toContain(NOT_A_MEMBER);
    expect(refused.body).toContain('href="/organizations"');
    // The default no longer leads there.
    expect((await browser.get(at('/default'))).body).toBe('null');
    expect((await browser.get(scoped(MATHEMATICIANS))).status).toBe(200);
  });

  it('a membership lost is seen at once where Logto has to be asked for a token', async () => {
    const { browser, sub } = await signedInWith(app, 'refused', {
      organizations: [member(ENGINES)],
    });
    app.logto.users.update(sub, { organizations: [] });
    const refused = await browser.get(scoped(ENGINES));
    expect(refused.status).toBe(403);
    expect(refused.body).toContain(NOT_A_MEMBER);
    expect((await browser.get(app.url)).body).toContain('You belong to none yet.');
  });

  it.each(['the list', 'the page'])('a membership lost is seen at once by %s', async (where) => {
    const username = `seen_by_${where.replace(' ', '_')}`;
    const { browser, sub } = await signedInWith(app, username, {
      organizations: [member(ENGINES)],
    });
    expect((await browser.get(scoped(ENGINES))).status).toBe(200);
    app.logto.users.update(sub, { organizations: [] });
    const seen = await browser.get(where === 'the list' ? at('/organizations') : page(ENGINES));
    expect(seen.body).toContain(where === 'the list' ? 'You belong to none yet.' : NOT_A_MEMBER);
    expect((await browser.get(scoped(ENGINES))).status).toBe(403);
  });

  it('a membership granted appears without signing in again', async () => {
    const { browser, sub } = await signedInWith(app, 'winner', { organizations: [] });
    app.logto.users.update(sub, { organizations: [member(MATHEMATICIANS)] });
    expect((await browser.get(at('/organizations'))).body).toContain('London Mathematical Society');
    expect((await browser.get(scoped(MATHEMATICIANS))).status).toBe(200);
    app.logto.users.update(sub, { organizations: [member(MATHEMATICIANS), member(ENGINES)] });
    laterBy(11);
    expect((await browser.get(scoped(ENGINES))).body).toBe(`of ${ENGINES}`);
  });

  it('a role taken away mid-session ends what it allowed, with the next recheck', async () => {
    const organizations = [member(ENGINES, ['admin'])];
    const { browser, sub } = await signedInWith(app, 'demoted', {
      roles: ['reader'],
      organizations,
    });
    expect((await browser.post(scoped(ENGINES), {})).body).toBe('written');
    app.logto.users.update(sub, { organizations: [member(ENGINES)] });
    laterBy(11);
    expect((await browser.get(scoped(ENGINES))).status).toBe(200);
    const refused = await browser.post(scoped(ENGINES), {});
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('<code>write:books</code>');
  });

  it('an unchanged person keeps the tokens over a recheck: one call, and none for the API', async () => {
    const { browser } = await signedInWith(app, 'unchanged', { organizations: [member(ENGINES)] });
    await browser.get(scoped(ENGINES));
    app.logto.resetCalls();
    await browser.get(scoped(ENGINES));
    expect(app.logto.calls.token).toBe(0);
    laterBy(11);
    await browser.get(scoped(ENGINES));
    expect(app.logto.calls.token).toBe(1);
  });

  it.each([500, 403])('with %i from Logto, shows what it said last', async (status) => {
    const person = `patient-${status}`;
    const { browser } = await signedInWith(app, person, { organizations: [member(ENGINES)] });
    await browser.get(at('/organizations'));
    app.logto.failNext('userinfo', { status }, 9);
    const list = await browser.get(at('/organizations'));
    expect(list.body).toContain('Analytical Engines');
    expect(list.body).toContain('this is what it said last');
    expect((await browser.get(page(ENGINES))).status).toBe(200);
    expect((await browser.get(at('/account'))).body).toContain('Analytical Engines');
  });

  it('C3 C4 tokens for two organizations and oneself at once', async () => {
    const organizations = [member(ENGINES), member(MATHEMATICIANS)];
    const { browser } = await signedInWith(app, 'parallel', { organizations });
    const paths = [scoped(ENGINES), scoped(MATHEMATICIANS), at('/scoped'), scoped(ENGINES)];
    const cookie = browser.cookies.header(new URL(app.url)) ?? '';
    const answers = await Promise.all(paths.map((path) => fetch(path, { headers: { cookie } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('S30 nothing of a token, and no foreign name, comes with a refusal', async () => {
    const { browser } = await signedInWith(app, 'curious', { organizations: [] });
    const { body } = await browser.get(page(ENGINES));
    expect(body).not.toContain('Analytical Engines');
    expect(body).not.toMatch(/eyJ/);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WITH_WEBHOOK } from '../harness/doorstep.ts';
import { type People, peopleAt } from '../harness/people.ts';
import { SIGN_IN_FAILURES } from '../harness/sign-in-failures.ts';
import { type Measured, startMeasured } from './measured.ts';

const MINUTE = 60_000;

describe('what happens is counted, though LOG_LEVEL is silent', () => {
  let app: Measured;
  let people: People;
  beforeAll(async () => {
    app = await startMeasured();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(() => app.close());

  const signIn = async (changes: Record<string, string> = {}) => {
    const browser = app.browser();
    const url = new URL(await app.upToCallback(browser));
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    await browser.get(url.href);
    return browser;
  };
  const counted = (act: () => Promise<unknown>) => countedAt(app, act);
  const afterwards = (minutes: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE });

  it('a sign-in', async () => {
    expect(await counted(() => signIn())).toEqual(['sign_ins started', 'sign_ins succeeded']);
  });

  it.each(SIGN_IN_FAILURES)('a sign-in that fails: %s', async (reason, changes) => {
    expect(await counted(() => signIn(changes))).toEqual([
      'sign_ins started',
      `sign_ins ${reason}`,
      `errors ${reason}`,
    ]);
  });

  it('a sign-in that fails because Logto does', async () => {
    const failing = async () => {
      app.logto.failNext('token', { status: 500 });
      await signIn();
    };
    expect(await counted(failing)).toEqual([
      'sign_ins started',
      'sign_ins logto_unavailable',
      'errors logto_unavailable',
    ]);
  });

  it('a request that is refused at a sign-in is no sign-in that failed', async () => {
    const prefetch = () => app.browser().get(`${app.url}/sign-in?prompt=x`);
    expect(await counted(prefetch)).toEqual(['errors bad_input']);
  });

  it('a refresh, one that fails, and one that ends the session', async () => {
    const browser = await signIn();
    const sub = await people.claim(browser, 'sub');
    afterwards(11);
    expect(await counted(() => browser.get(app.url))).toEqual(['refreshes succeeded']);
    afterwards(11);
    app.logto.failNext('token', { status: 500 });
    expect(await counted(() => browser.get(app.url))).toEqual(['refreshes logto_unavailable']);
    app.logto.suspend(sub);
    afterwards(11);
    expect(await counted(() => browser.get(app.url))).toEqual([
      'refreshes ended',
      'sessions_ended invalid_grant',
    ]);
    app.logto.users.update(sub, { isSuspended: false });
  });

  it('sign-outs, and sessions that their user ends', async () => {
    const [laptop, phone] = [await signIn(), await signIn()];
    const list = (await laptop.get(`${app.url}/sessions`)).body;
    const action = /action="(\/sessions\/[\w-]+\/end)"/.exec(list)?.[1] ?? '';
    expect(await counted(() => people.click(laptop, action))).toEqual([
      'sessions_ended by_its_user',
    ]);
    await signIn();
    await signIn();
    await people.click(laptop, '/sessions/end-others');
    await Promise.all([signIn(), signIn(), signIn()]);
    expect(await counted(() => people.click(laptop, '/sessions/end-others'))).toEqual([
      'sessions_ended by_its_user 3',
    ]);
    expect(await people.isIn(phone)).toBe(false);
    expect(await counted(() => people.click(laptop, '/sign-out'))).toEqual(['sign_outs here']);
  });

  it('back-channel logout, carried out and refused', async () => {
    const sub = await people.claim(await signIn(), 'sub');
    const send = (token: string) =>
      fetch(`${app.url}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
    const good = await app.logto.mintLogoutToken({ claims: { sub } });
    expect(await counted(() => send(good))).toEqual(['sign_outs backchannel']);
    const bad = await app.logto.mintLogoutToken({ claims: { sub, nonce: 'n' } });
    expect(await counted(() => send(bad))).toEqual(['sign_outs backchannel_refused']);
  });

  it('nothing for an ordinary page or one that is not found', async () => {
    const browser = await signIn();
    expect(
      await counted(async () => {
        for (const path of ['/', '/account', '/nope']) await browser.get(app.url + path);
      }),
    ).toEqual([]);
    expect(app.logs).toEqual([]);
  });
});

/** What was counted meanwhile, as "name value" with the number of times, one line a series. */
async function countedAt(app: Measured, act: () => Promise<unknown>): Promise<string[]> {
  const before = await app.metrics();
  await act();
  const after = await app.metrics();
  return after.samples
    .filter(({ name }) => name.endsWith('_total') && name.startsWith('doorstep_'))
    .map(({ name, labels, value }) => {
      const label = Object.values(labels).join();
      return [`${name.slice(9, -6)} ${label}`, value - before.sum(name, labels)] as const;
    })
    .filter(([, times]) => times !== 0)
    .map(([what, times]) => (times === 1 ? what : `${what} ${times}`));
}

it('webhooks are counted by what was done about them', async () => {
  const app = await startMeasured({ environment: WITH_WEBHOOK });
  const sub = await peopleAt(app).claim(await app.signedInBrowser(), 'sub');
  expect(await countedAt(app, () => app.logto.suspend(sub))).toEqual([
    'sessions_ended suspended',
    'webhooks ended',
  ]);
  app.logto.users.update(sub, { isSuspended: false });
  expect(await countedAt(app, () => app.logto.announce('User.Created'))).toEqual([
    'webhooks ignored',
  ]);
  expect(await countedAt(app, () => app.logto.announce('Role.Deleted'))).toEqual([
    'webhooks rechecked_all',
  ]);
  const old = { createdAt: new Date(0).toISOString(), params: { userId: sub } };
  expect(await countedAt(app, () => app.logto.announce('User.Deleted', old))).toEqual([
    'webhooks stale',
  ]);
  expect(await countedAt(app, () => fetch(`${app.url}/hooks/logto`, { method: 'POST' }))).toEqual([
    'webhooks refused',
  ]);
  await app.close();
});

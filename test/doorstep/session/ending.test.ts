import { afterEach, describe, expect, it, vi } from 'vitest';
import { LogtoUnavailable } from '../../../src/doorstep/errors.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { Revocations } from '../../../src/doorstep/refresh/revocations.ts';
import { type Doorstep, OTTER, startDoorstep } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { passTime } from '../../harness/pass-time.ts';
import { peopleAt } from '../../harness/people.ts';

let app: Doorstep;
afterEach(() => {
  vi.useRealTimers();
  return app?.close();
});
const lines = (event: string) => app.logs.filter((line) => line.event === event);

describe('S54 how many sessions one person may have', () => {
  it('S54 over it, the one that is unused for longest ends, and its refresh token is revoked', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    app = await startDoorstep({ environment: { SESSION_MAX_PER_USER: '3' } });
    const people = peopleAt(app);
    const [first, second, third] = [
      await app.signedInBrowser(),
      await app.signedInBrowser(),
      await app.signedInBrowser(),
    ];
    const otter = await app.signedInBrowser(OTTER);
    await passTime(app, 60_000);
    // The first one is in use; the second was used before the third.
    await third.get(app.url);
    await passTime(app, 1000);
    await first.get(app.url);
    await passTime(app, 1000);
    const [token] = await app.tokensOf(people.sessionId(second));
    expect(token).toBeTruthy();
    app.logto.resetCalls();
    const fourth = await app.signedInBrowser();
    await eventually(() => expect(app.logto.calls.revocation).toBe(1));
    expect(await app.tokensOf(people.sessionId(second))).toEqual([]);
    for (const browser of [first, third, fourth, otter])
      expect(await people.isIn(browser)).toBe(true);
    expect(await people.isIn(second)).toBe(false);
    expect(lines('session.ended')).toMatchObject([
      { why: 'too_many', requestId: expect.any(String), sub: await people.claim(first, 'sub') },
    ]);
  });

  it('S54 sessions that went idle don’t count', async () => {
    app = await startDoorstep({ environment: { SESSION_MAX_PER_USER: '2' } });
    const people = peopleAt(app);
    const [first, second] = [await app.signedInBrowser(), await app.signedInBrowser()];
    await app.redis.del(`session:${people.sessionId(second)}`);
    const third = await app.signedInBrowser();
    expect([await people.isIn(first), await people.isIn(third)]).toEqual([true, true]);
    expect(lines('session.ended')).toEqual([]);
  });

  it.each([1, 3])('S54 twenty sign-ins at once, %i may stay: no more do', async (most) => {
    app = await startDoorstep({ environment: { SESSION_MAX_PER_USER: String(most) } });
    const people = peopleAt(app);
    const browsers = Array.from({ length: 20 }, () => app.browser());
    const callbacks = await Promise.all(browsers.map((browser) => app.upToCallback(browser)));
    await Promise.all(browsers.map((browser, index) => browser.get(callbacks[index] ?? '')));
    const last = await app.signedInBrowser();
    expect(await people.isIn(last)).toBe(true);
    const isIn = await Promise.all(browsers.map((browser) => people.isIn(browser)));
    // Those that end at the same moment may each end one: fewer may be left, and never more.
    expect(isIn.filter(Boolean).length).toBeLessThanOrEqual(most - 1);
    expect((await app.stored.keys('session:*')).length).toBeLessThanOrEqual(most);
  });

  it('S54 sign-ins without end from one session at Logto: what stays is not cut off from Logto', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    app = await startDoorstep({ environment: { SESSION_MAX_PER_USER: '2' } });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    for (let round = 0; round < 4; round += 1) {
      browser.cookies.store(new URL(app.url), ['doorstep=; Path=/; Max-Age=0']);
      await passTime(app, 1000);
      await browser.get(`${app.url}/sign-in`);
    }
    expect(lines('session.ended')).toHaveLength(3);
    expect(await app.stored.keys('session:*')).toHaveLength(2);
    await passTime(app, 11 * 60_000);
    expect(await people.isIn(browser)).toBe(true);
    expect(lines('refresh.succeeded')).toHaveLength(1);
  });
});

describe('S57 whose refresh token is revoked', () => {
  const again = async (same: boolean) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    app = await startDoorstep();
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    const id = people.sessionId(browser);
    const [token] = await app.tokensOf(id);
    app.logto.resetCalls();
    const path = '/sign-in?prompt=login';
    // As somebody else: in a browser that Logto doesn't know any more.
    for (const { name } of browser.cookies.all('localhost')) {
      if (!same && !name.startsWith('doorstep'))
        browser.cookies.store(new URL(app.logto.endpoint), [`${name}=; Path=/; Max-Age=0`]);
    }
    await browser.get(await app.upToCallback(browser, path, same ? undefined : OTTER));
    expect(token).toBeTruthy();
    expect(await app.tokensOf(id)).toEqual([]);
    return { browser, people };
  };

  it('S57 signing in as another account revokes the first one’s', async () => {
    const { browser, people } = await again(false);
    await eventually(() => expect(app.logto.calls.revocation).toBe(1));
    expect(lines('session.ended')).toMatchObject([{ why: 'replaced' }]);
    await passTime(app, 11 * 60_000);
    expect(await people.isIn(browser)).toBe(true);
  });

  it('S57 signing in again as oneself shares the grant: nothing is revoked', async () => {
    const { browser, people } = await again(true);
    await passTime(app, 11 * 60_000);
    expect(await people.isIn(browser)).toBe(true);
    expect(app.logto.calls.revocation).toBe(0);
  });

  it.each(['end-others', 'one'])(
    'S57 %s: the session that asks goes on, also where another came from the same one at Logto',
    async (what) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      app = await startDoorstep();
      const people = peopleAt(app);
      const browser = await app.signedInBrowser();
      const first = people.sessionId(browser);
      browser.cookies.store(new URL(app.url), ['doorstep=; Path=/; Max-Age=0']);
      await browser.get(`${app.url}/sign-in`);
      const elsewhere = await app.signedInBrowser();
      app.logto.resetCalls();
      if (what === 'one') {
        const { body } = await browser.get(`${app.url}/sessions`);
        const ends = [...body.matchAll(/action="(\/sessions\/[\w-]+\/end)"/g)];
        for (const [, path = ''] of ends) await people.click(browser, path);
      } else await people.click(browser, '/sessions/end-others');
      expect(await app.tokensOf(first)).toEqual([]);
      expect(await people.isIn(elsewhere)).toBe(false);
      await passTime(app, 11 * 60_000);
      expect(await people.isIn(browser)).toBe(true);
      expect(lines('refresh.succeeded')).toHaveLength(1);
      // Of the one elsewhere, which has a grant of its own.
      await eventually(() => expect(app.logto.calls.revocation).toBe(1));
    },
  );
});

describe('S55 revoking at Logto', () => {
  const ended = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      tokens: { refreshToken: `token-${index}`, accessTokens: '{}', refreshedAt: 0 },
      wasLive: true,
    }));
  const logged: string[] = [];
  const logger = createLogger('debug', { write: (line) => void logged.push(line) });

  it('S55 1,300 tokens: ten calls at a time, whoever asks, and all are revoked', async () => {
    let running = 0;
    let most = 0;
    const revoked = new Set<string>();
    const logto = {
      async revoke(token: string) {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        revoked.add(token);
      },
    };
    const all = ended(1300);
    const revocations = new Revocations({ logto, logger });
    await Promise.all([0, 500].map((at) => revocations.revokeAll(all.slice(at, at + 800))));
    expect([most, running, revoked.size]).toEqual([10, 0, 1300]);
  });

  it('S55 a token that can’t be revoked is tried again, and given up with one line', async () => {
    const tries = new Map<string, number>();
    const logto = {
      async revoke(token: string) {
        tries.set(token, (tries.get(token) ?? 0) + 1);
        if (token === 'token-1') throw new LogtoUnavailable('away');
        if (token === 'token-2') throw new Error('refused');
        if (token === 'token-3' && tries.get(token) === 1) throw new LogtoUnavailable('a moment');
      },
    };
    logged.length = 0;
    await new Revocations({ logto, logger, retryAfterMs: [1, 2] }).revokeAll(ended(4));
    expect([...tries.values()]).toEqual([1, 3, 1, 2]);
    expect(logged.map((line) => JSON.parse(line).event)).toEqual(
      Array(2).fill('revocation.failed'),
    );
    expect(logged.join()).not.toContain('token-');
  });

  it('S55 Logto answers 503 once: the token of an ended session is revoked all the same', async () => {
    app = await startDoorstep();
    const people = peopleAt(app);
    const laptop = await app.signedInBrowser();
    await app.signedInBrowser();
    app.logto.resetCalls();
    app.logto.failNext('revocation', { status: 503 });
    await people.click(laptop, '/sessions/end-others');
    await eventually(() => expect(app.logto.calls.revocation).toBe(2));
    expect(lines('revocation.failed')).toEqual([]);
  });

  it('S55 Logto answers 503 while somebody signs out: the token is revoked when it can be', async () => {
    app = await startDoorstep();
    const people = peopleAt(app);
    const laptop = await app.signedInBrowser();
    app.logto.resetCalls();
    app.logto.failNext('revocation', { status: 503 });
    await people.click(laptop, '/sign-out');
    await eventually(() => expect(app.logto.calls.revocation).toBe(2));
    expect(lines('revocation.failed')).toEqual([]);
  });
});

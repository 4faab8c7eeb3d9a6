import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { RecheckSignal } from '../../../src/doorstep/refresh/recheck-signal.ts';
import { startDoorstep, WHOLE_SITE, WITH_WEBHOOK } from '../../harness/doorstep.ts';
import { passTime } from '../../harness/pass-time.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';
import { withScopedPages } from '../../harness/scoped-pages.ts';

const MINUTE = 60_000;
const sessions = Array.from({ length: 200 }, (_, index) => `session-${index}`);

describe('F62 a change that names no user', () => {
  let redis: EmbeddedRedis;
  let here: RecheckSignal;
  let elsewhere: RecheckSignal;
  const now = () => Date.now();
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    redis = new EmbeddedRedis({ now });
    [here, elsewhere] = [new RecheckSignal(redis, now), new RecheckSignal(redis, now)];
    here.start();
    elsewhere.start();
  });
  afterEach(() => {
    here.stop();
    elsewhere.stop();
    vi.useRealTimers();
  });

  const due = (signal: RecheckSignal, checkedAt: number) =>
    sessions.filter((id) => signal.isDue(id, { checkedAt })).length;
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('F62 F63 every process knows it within a second, by one read a second', async () => {
    const before = now() - MINUTE;
    const get = vi.spyOn(redis, 'readMark');
    await here.send();
    expect([here, elsewhere].map((one) => one.concerns({ checkedAt: before }))).toEqual([
      true,
      false,
    ]);
    await pass(1000);
    expect(elsewhere.concerns({ checkedAt: before })).toBe(true);
    await pass(9000);
    expect(get).toHaveBeenCalledTimes(20);
  });

  it('F62 sessions take turns over a minute, all of them, each once', async () => {
    const before = now() - MINUTE;
    await here.send();
    await pass(9000);
    expect(due(elsewhere, before)).toBe(0);
    await pass(26_000);
    expect(due(elsewhere, before)).toBeGreaterThan(50);
    expect(due(elsewhere, before)).toBeLessThan(150);
    await pass(25_000);
    expect([due(here, before), due(elsewhere, before)]).toEqual([200, 200]);
    expect(due(elsewhere, now())).toBe(0);
    await pass(10 * MINUTE);
    expect(due(elsewhere, before)).toBe(200);
    expect(due(elsewhere, now() - MINUTE)).toBe(0);
  });

  it('F62 one change after the other holds nobody up, and asks nobody twice in 50 seconds', async () => {
    const before = now() - MINUTE;
    for (let second = 0; second < 60; second += 5) {
      await here.send();
      await pass(5000);
    }
    expect(due(elsewhere, before)).toBe(200);
    expect(due(elsewhere, now() - 49_000)).toBe(0);
  });

  it('F62 a process that starts later knows of it too, and one change of long ago is over', async () => {
    const before = now() - MINUTE;
    await here.send();
    await pass(2 * MINUTE);
    const late = new RecheckSignal(redis, now);
    late.start();
    await pass(1000);
    expect(due(late, before)).toBe(200);
    expect(due(late, now() - 70_000)).toBe(0);
    late.stop();
  });

  it('F63 with Redis away nothing happens, and the next look finds it', async () => {
    const away = vi.spyOn(redis, 'readMark').mockRejectedValue(new Error('away'));
    await here.send();
    await pass(3000);
    expect(elsewhere.concerns({ checkedAt: now() - MINUTE })).toBe(false);
    away.mockRestore();
    await pass(1000);
    expect(elsewhere.concerns({ checkedAt: now() - MINUTE })).toBe(true);
  });
});

describe('a role lost a permission', () => {
  afterEach(() => void vi.useRealTimers());

  it('F62 within a minute each session asks Logto, and for its access tokens anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const app = await startDoorstep({
      environment: { ...WHOLE_SITE, ...WITH_WEBHOOK },
      createApp: withScopedPages,
    });
    const browser = await app.signedInBrowser();
    await browser.get(`${app.url}/scoped`);
    await browser.get(`${app.url}/scoped`);
    app.logto.resetCalls();
    const params = { params: { id: 'some-role', scopeId: 'some-scope' } };
    expect((await app.logto.announce('Role.Scopes.Updated', params))?.status).toBe(204);
    await browser.get(`${app.url}/scoped`);
    expect(app.logto.tokenCalls).toEqual({});
    await passTime(app, MINUTE);
    await browser.get(app.url);
    expect(app.logto.tokenCalls).toEqual({ refresh_token: 1 });
    await browser.get(`${app.url}/scoped`);
    expect(app.logto.tokenCalls).toEqual({ refresh_token: 2 });
    await browser.get(`${app.url}/scoped`);
    expect(app.logto.tokenCalls).toEqual({ refresh_token: 2 });
    await app.close();
  });

  it('F63 a page costs one Redis command, as without webhooks', async () => {
    const { wrap, asked } = new RedisFaults();
    const app = await startDoorstep({ environment: WITH_WEBHOOK, wrapRedis: wrap });
    const browser = await app.signedInBrowser();
    await app.logto.announce('Role.Deleted', { params: { id: 'some-role' } });
    asked.length = 0;
    await browser.get(app.url);
    // Once a second this key, whatever is asked for.
    expect(asked.filter(({ key }) => key !== 'recheck-all')).toHaveLength(1);
    await app.close();
  });
});

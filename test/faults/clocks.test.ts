import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { type People, peopleAt } from '../harness/people.ts';
import { hasRedisServer } from '../harness/redis-server.ts';

const HOUR = 60 * 60_000;

/**
 * The clocks of Redis and of the app are apart. Only the app's can be turned, so it is turned the
 * other way: what Redis sees is the same. Logto's stand-in follows the app's.
 */
describe.skipIf(!hasRedisServer).each([
  { what: 'Redis is 3 hours ahead of the app', turn: -3 * HOUR },
  { what: 'Redis is 3 hours behind the app', turn: 3 * HOUR },
])('C57 $what, and sessions last an hour', ({ turn }) => {
  let app: Doorstep;
  let people: People;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + turn });
    const environment = { SESSION_MAX_HOURS: '1', SESSION_IDLE_MINUTES: '60' };
    app = await startDoorstep({ environment });
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    return app.close();
  });

  it('C57 /sessions lists every device', async () => {
    const laptop = await app.signedInBrowser();
    await app.signedInBrowser();
    const { body } = await laptop.get(`${app.url}/sessions`);
    expect(body.match(/<li class="row">/g)).toHaveLength(2);
    expect(body).toContain('Last used a moment ago.');
  });

  it('C57 ending all others ends them', async () => {
    const [laptop, phone] = [await app.signedInBrowser(), await app.signedInBrowser()];
    await people.click(laptop, '/sessions/end-others');
    expect([await people.isIn(laptop), await people.isIn(phone)]).toEqual([true, false]);
  });

  it('C57 signing out at Logto ends the session here', async () => {
    const browser = await app.signedInBrowser();
    const [sub, sid] = [await people.claim(browser, 'sub'), await people.claim(browser, 'sid')];
    expect((await app.logto.sendBackchannelLogout({ sub, sid })).status).toBe(200);
    expect(await people.isIn(browser)).toBe(false);
  });

  it('C57 every key in Redis lives no longer than a session, and no shorter', async () => {
    await app.signedInBrowser();
    for (const key of await app.stored.keys('*session*')) {
      const left = await app.redis.pttl(key);
      expect(left, key).toBeGreaterThan(HOUR - 60_000);
      expect(left, key).toBeLessThanOrEqual(HOUR);
    }
  });

  it('C57 a session ends after its hour of the app’s clock, used or not', async () => {
    const browser = await app.signedInBrowser();
    vi.setSystemTime(Date.now() + HOUR - 60_000);
    expect(await people.isIn(browser)).toBe(true);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await people.isIn(browser)).toBe(false);
  });
});

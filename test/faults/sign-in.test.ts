import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { peopleAt } from '../harness/people.ts';
import { RedisFaults } from '../harness/redis-faults.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { healed, redisServerOf } from './outage.ts';

describe('C21 Redis failing in the middle', () => {
  let app: Doorstep;
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });

  it.each([
    ['record and tokens can’t be written', 'createSession', 'session:'],
    ['the user index and its marks can’t be asked', 'addToUserIndex', 'user-sessions:'],
  ])(
    'C21 %s: the sign-in has not begun, and the connection stays open',
    async (_what, failing, prefix) => {
      const faults = new RedisFaults();
      faults.fail((command, key) => command === failing && key.startsWith(prefix));
      app = await startDoorstep({ wrapRedis: faults.wrap });
      const browser = app.browser();
      const callback = new URL(await app.upToCallback(browser));
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const sockets = new Set<unknown>();
      const ask = async (path: string, cookie: string) => {
        const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
          const options = { agent, headers: { cookie, accept: 'text/html' } };
          get(app.url + path, options, resolve).on('error', reject);
        });
        sockets.add(incoming.socket);
        await incoming.toArray();
        return incoming;
      };
      const answer = await ask(
        callback.pathname + callback.search,
        browser.cookies.header(new URL(app.url)),
      );
      expect(answer.statusCode).toBe(503);
      expect(answer.headers['set-cookie']?.join() ?? '').not.toMatch(/doorstep=/);
      await ask('/', '');
      expect(sockets.size).toBe(1);
      agent.destroy();
      expect(await app.stored.keys('session*')).toEqual([]);
    },
  );

  it('C21 S4 the old session can’t be deleted: the sign-in has not begun, the old one goes on', async () => {
    const faults = new RedisFaults();
    app = await startDoorstep({ wrapRedis: faults.wrap });
    const browser = await app.signedInBrowser();
    const before = await app.stored.keys('session:*');
    const callback = await app.upToCallback(browser);
    faults.fail((command, key) => command === 'endSessionBuffer' && key === before[0]);
    const answer = await browser.get(callback);
    expect(answer.status).toBe(503);
    expect(answer.headers.getSetCookie().join()).not.toMatch(/doorstep=s/);
    expect(await app.stored.keys('session:*')).toEqual(before);
    expect((await browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
  });

  it('a sign-in that can’t be kept revokes its refresh token', async () => {
    const faults = new RedisFaults();
    app = await startDoorstep({ wrapRedis: faults.wrap });
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    faults.fail((command) => command === 'addToUserIndex');
    app.logto.resetCalls();
    expect((await browser.get(callback)).status).toBe(503);
    await eventually(() => expect(app.logto.calls.revocation).toBe(1));
  });

  it('S10 S11 a session that is being saved while the list is looked at can be ended', async () => {
    const faults = new RedisFaults();
    app = await startDoorstep({ wrapRedis: faults.wrap });
    const { isIn } = peopleAt(app);
    const watching = await app.signedInBrowser();
    const arriving = app.browser();
    const callback = await app.upToCallback(arriving);
    const saving = faults.hang((command) => command === 'createSession');
    const arrival = arriving.get(callback);
    await eventually(() => expect(saving.count()).toBe(1));
    expect((await watching.get(`${app.url}/sessions`)).status).toBe(200);
    saving.release();
    await arrival;
    expect(await isIn(arriving)).toBe(true);
    await watching.post(`${app.url}/sessions/end-others`, {});
    expect([await isIn(arriving), await isIn(watching)]).toEqual([false, true]);
  });

  it.skipIf(!hasRedisServer)(
    'the first command of a Redis that hangs is a callback: the page offers a fresh sign-in, with its way back',
    async () => {
      app = await startDoorstep();
      const browser = app.browser();
      const callback = await app.upToCallback(browser, '/sign-in?return_to=/account');
      redisServerOf(app).signal('SIGSTOP');
      const page = await browser.get(callback);
      expect(page.status).toBe(503);
      const again = /href="(\/sign-in[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
      redisServerOf(app).signal('SIGCONT');
      await healed(async () =>
        expect((await app.browser().get(`${app.url}/readyz`)).status).toBe(200),
      );
      const anew = await app.upToCallback(browser, again);
      expect((await browser.get(anew)).url).toBe(`${app.url}/account`);
    },
  );
});

import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalServer, listenOnLocalhost } from '../../../demo/hugging-face/local-server.ts';
import { requireSignIn } from '../../../src/doorstep/access/guards.ts';
import { createDoorstep } from '../../../src/doorstep/doorstep.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { sessionOf } from '../../../src/doorstep/session/session.ts';
import { authorizeAt } from '../../demo/authorize-at.ts';
import type { Browser } from '../../demo/browser.ts';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { idIn } from '../../harness/people.ts';
import { type AppProcess, startProcess } from '../../harness/processes.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SAME_ORIGIN = { follow: false, headers: { 'sec-fetch-site': 'same-origin' } };
const RESOURCES = ['https://api.example/books', 'https://api.example/loans'];

/** Requests to /write that have read their session. */
const writes = { begun: 0 };
/** What those of them wait for that say so. */
const gate = { opened: Promise.resolve(), open: () => {} };

/** A second app over the same sessions: one route writes to the session, one wants API tokens. */
async function startSecondApp(app: Doorstep): Promise<LocalServer> {
  const { config, redis } = app;
  const logger = createLogger('silent');
  const second = express();
  const server = await listenOnLocalhost(second, 0);
  // Under its own address, else it would redirect to the first.
  const own = { ...config, baseUrl: server.url };
  const auth = createDoorstep({ config: own, redis, logger, fetch, now: () => Date.now() });
  second.use(auth.middleware);
  second.get('/write', requireSignIn, async (req, res) => {
    await req.auth.getAccessToken();
    writes.begun += 1;
    if (req.query.wait) await gate.opened;
    Object.assign(sessionOf(req) ?? {}, { defaultOrganization: String(req.query.number) });
    res.send('written');
  });
  second.get('/token', requireSignIn, async (req, res) => {
    res.send(await req.auth.getAccessToken({ resource: String(req.query.resource) }));
  });
  return server;
}

describe('tokens', () => {
  let app: Doorstep;
  let second: LocalServer;
  beforeAll(async () => {
    app = await startDoorstep({
      environment: { LOGTO_TIMEOUT_SECONDS: '3' },
      logto: { resources: RESOURCES.map((indicator) => ({ indicator, scopes: [] })) },
    });
    second = await startSecondApp(app);
  });
  afterEach(() => {
    app.logto.heal();
    app.logto.resetCalls();
    app.logs.length = 0;
    vi.useRealTimers();
  });
  afterAll(async () => {
    await second.close();
    await app.close();
  });

  const later = (milliseconds: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
  };
  /** A page a day, so that the session does not go idle. */
  const daysLater = async (browser: Browser, days: number) => {
    for (let day = 0; day < days; day += 1) {
      later(DAY);
      await home(browser);
    }
    app.logto.resetCalls();
  };
  const signIn = async () => {
    const browser = await app.signedInBrowser();
    app.logto.resetCalls();
    return { browser, id: idOf(browser) };
  };
  const cookieOf = (browser: Browser) => browser.cookies.find('localhost', 'doorstep')?.value ?? '';
  const idOf = (browser: Browser) => idIn(cookieOf(browser));
  const refreshTokenOf = async (id: string) => (await app.tokensOf(id))[0];
  const refreshes = () => app.logto.tokenCalls.refresh_token ?? 0;
  const home = (browser: Browser) => browser.get(app.url);
  const account = (browser: Browser) => browser.get(`${app.url}/account`, { follow: false });
  const ended = () => app.logs.filter(({ event }) => event === 'session.ended');
  const refreshFailures = () => app.logs.filter(({ event }) => event === 'refresh.failed');
  const isGone = async (id: string) => {
    expect(await app.redis.pttl(`session:${id}`)).toBe(-2);
    expect(await app.redis.pttl(`session-tokens:${id}`)).toBe(-2);
  };

  describe('one refresh at a time', () => {
    it('C5 30 parallel pages at expiry: one call, and all are answered', async () => {
      const { browser } = await signIn();
      later(2 * HOUR);
      const pages = await Promise.all(Array.from({ length: 30 }, () => account(browser)));
      expect(pages.map(({ status }) => status)).toEqual(Array(30).fill(200));
      for (const { body } of pages) expect(body).toContain('@ada-l');
      expect(refreshes()).toBe(1);
    });

    it('C3 20 parallel requests, half of them writing: the newest refresh token survives', async () => {
      const { browser, id } = await signIn();
      const old = await refreshTokenOf(id);
      await daysLater(browser, 9);
      later(DAY);
      const write = (number: number) => browser.get(`${second.url}/write?number=${number}`);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? write(n) : account(browser))),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(refreshes()).toBe(1);
      const kept = await refreshTokenOf(id);
      expect(kept).not.toBe(old);
      // The old one is dead by now, and using it would end the grant.
      later(HOUR);
      expect((await account(browser)).status).toBe(200);
      expect(refreshes()).toBe(2);
      expect((await home(browser)).body).toMatch(/Hello, Ada/);
    });

    it('C4 two resources at once: one after the other, and both succeed', async () => {
      const browser = app.browser();
      const start = await browser.get(`${app.url}/sign-in`, { until: app.logto.endpoint });
      const toLogto = new URL(start.stoppedAt ?? '');
      for (const resource of RESOURCES) toLogto.searchParams.append('resource', resource);
      await browser.get(await authorizeAt(browser, toLogto.href, ADA));
      app.logto.resetCalls();
      const tokens = await Promise.all(
        RESOURCES.map((resource) => browser.get(`${second.url}/token?resource=${resource}`)),
      );
      const audiences = tokens.map(({ body }) => {
        const [, claims = ''] = body.split('.');
        return JSON.parse(Buffer.from(claims, 'base64url').toString()).aud;
      });
      expect(audiences).toEqual(RESOURCES);
      expect(refreshes()).toBe(2);
      // Both are kept, and the one for userinfo beside them.
      await Promise.all(
        RESOURCES.map((resource) => browser.get(`${second.url}/token?resource=${resource}`)),
      );
      expect((await account(browser)).status).toBe(200);
      expect(refreshes()).toBe(2);
    });

    it('past 70 % of its life the refresh token rotates, and the new one is kept', async () => {
      const { browser, id } = await signIn();
      const old = await refreshTokenOf(id);
      await daysLater(browser, 9);
      expect(await refreshTokenOf(id)).toBe(old);
      later(DAY);
      await home(browser);
      const rotated = await refreshTokenOf(id);
      expect(rotated).not.toBe(old);
      later(HOUR);
      expect((await account(browser)).status).toBe(200);
      expect(await refreshTokenOf(id)).toBe(rotated);
    });

    it('a rotated refresh token is kept when what comes after it goes wrong', async () => {
      const { browser, id } = await signIn();
      const old = await refreshTokenOf(id);
      await daysLater(browser, 9);
      later(DAY);
      app.logto.failNext('jwks', { status: 500 });
      expect((await home(browser)).status).toBe(200);
      expect(await refreshTokenOf(id)).not.toBe(old);
      later(HOUR);
      expect((await account(browser)).body).toContain('@ada-l');
    });

    it('whoever died with the lock delays others until its time is over', async () => {
      const { browser, id } = await signIn();
      // This clock goes on, and so the lock's time goes by.
      const now = Date.now() + 2 * HOUR;
      vi.useFakeTimers({ toFake: ['Date'], now, shouldAdvanceTime: true });
      await app.redis.set(`refresh:${id}`, 'dead', 'PX', 2500, 'NX');
      // A recheck is nobody's reason to wait.
      expect((await home(browser)).status).toBe(200);
      expect(refreshes()).toBe(0);
      expect((await account(browser)).body).toContain('@ada-l');
      expect(refreshes()).toBe(1);
    });

    it('the lock outlives the longest refresh, and is gone after it', async () => {
      const { browser, id } = await signIn();
      later(2 * HOUR);
      const release = app.logto.holdNext('token');
      const page = account(browser);
      await eventually(async () => {
        const left = await app.redis.pttl(`refresh:${id}`);
        expect(left).toBeGreaterThan(11_000);
        expect(left).toBeLessThanOrEqual(12_000);
      });
      release();
      await page;
      expect(await app.redis.pttl(`refresh:${id}`)).toBe(-2);
    });

    it.skipIf(!hasRedisServer)(
      'Redis hanging meanwhile: the lock doesn’t outlast that',
      async () => {
        const { browser, id } = await signIn();
        later(2 * HOUR);
        const release = app.logto.holdNext('token');
        const page = account(browser);
        await eventually(() => expect(app.logto.calls.token).toBe(1));
        app.redisServer?.signal('SIGSTOP');
        release();
        expect((await page).status).toBe(503);
        app.redisServer?.signal('SIGCONT');
        const released = async () => expect(await app.redis.pttl(`refresh:${id}`)).toBe(-2);
        await eventually(released);
        expect((await account(browser)).body).toContain('@ada-l');
      },
    );

    it('a holder that comes too late changes nothing and revokes nothing', async () => {
      const { browser, id } = await signIn();
      later(2 * HOUR);
      const release = app.logto.holdNext('token');
      const late = account(browser);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      await app.redis.del(`refresh:${id}`);
      expect((await account(browser)).status).toBe(200);
      expect(refreshes()).toBe(1);
      release();
      expect((await late).status).toBe(200);
      expect(app.logto.calls.revocation).toBe(0);
      later(HOUR);
      expect((await account(browser)).body).toContain('@ada-l');
    });
  });

  describe('signing out meanwhile', () => {
    it('C2 during a slow request that writes: the session stays gone', async () => {
      const { browser, id } = await signIn();
      const before = writes.begun;
      gate.opened = new Promise((resolve) => {
        gate.open = resolve;
      });
      const slow = browser.get(`${second.url}/write?wait=yes`);
      await eventually(() => expect(writes.begun).toBe(before + 1));
      await browser.post(`${app.url}/sign-out`, {}, SAME_ORIGIN);
      gate.open();
      expect((await slow).body).toBe('written');
      await isGone(id);
      expect((await home(browser)).body).toContain('Come on in.');
    });

    it('C2 while the account page waits for Logto: the session stays gone', async () => {
      const { browser, id } = await signIn();
      const release = app.logto.holdNext('userinfo');
      const slow = account(browser);
      await eventually(() => expect(app.logto.calls.userinfo).toBe(1));
      await browser.post(`${app.url}/sign-out`, {}, SAME_ORIGIN);
      release();
      // Logto has revoked the access token, and so the page finds out that all is over.
      expect((await slow).headers.get('location')).toBe('/sign-in?return_to=%2Faccount');
      await isGone(id);
    });

    it('a refresh that finds the session gone revokes what it got', async () => {
      const { browser, id } = await signIn();
      later(2 * HOUR);
      const release = app.logto.holdNext('token');
      const refreshing = account(browser);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      const out = app.browser();
      out.cookies.store(new URL(app.url), [`doorstep=${cookieOf(browser)}; Path=/`]);
      // Sign-out's own is lost, and tried again.
      app.logto.failNext('revocation', { status: 503 });
      await out.post(`${app.url}/sign-out`, {}, SAME_ORIGIN);
      release();
      const page = await refreshing;
      expect([page.status, page.headers.get('location')]).toEqual([
        303,
        '/sign-in?return_to=%2Faccount',
      ]);
      await isGone(id);
      await eventually(() => expect(app.logto.calls.revocation).toBe(3));
    });
  });

  describe('the account recheck', () => {
    it('C12 asks nothing within the interval, and once after it', async () => {
      // Stands still from here on: a sign-in may take longer than the second that is left.
      later(0);
      const { browser } = await signIn();
      later(10 * MINUTE - 1000);
      for (let view = 0; view < 10; view += 1) await home(browser);
      expect(app.logto.calls.token).toBe(0);
      later(1000);
      for (let view = 0; view < 10; view += 1) await home(browser);
      expect(app.logto.calls.token).toBe(1);
    });

    it('one of many parallel requests asks, the others don’t wait for it', async () => {
      const { browser } = await signIn();
      later(11 * MINUTE);
      const release = app.logto.holdNext('token');
      const first = home(browser);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      const others = await Promise.all(Array.from({ length: 10 }, () => home(browser)));
      // Logto answers now at last; others that waited for that would not have come so far.
      expect(refreshes()).toBe(0);
      release();
      for (const { body } of [...others, await first])
        expect(body).toContain('Hello, Ada Lovelace');
      expect(app.logto.calls.token).toBe(1);
    });

    it.each([
      ['suspended', (sub: string) => app.logto.suspend(sub)],
      ['deleted', (sub: string) => app.logto.delete(sub)],
    ])(
      'C11 S8 a %s user is out everywhere at the first page after the interval',
      async (_what, act) => {
        // As above.
        later(0);
        const phone = await app.signedInBrowser(OTTER);
        const laptop = await app.signedInBrowser(OTTER);
        const { sub = '' } = app.logs.findLast(({ event }) => event === 'sign_in.succeeded') ?? {};
        act(String(sub));
        later(10 * MINUTE - 1000);
        expect((await home(phone)).body).toContain('<h1 id="greeting">Hello');
        later(1000);
        expect((await home(phone)).body).toContain('Come on in.');
        expect((await account(laptop)).headers.get('location')).toBe(
          '/sign-in?return_to=%2Faccount',
        );
        expect(ended().map(({ why }) => why)).toEqual(['invalid_grant', 'invalid_grant']);
        await isGone(idOf(phone));
        await isGone(idOf(laptop));
        if (app.logto.users.find(String(sub)))
          app.logto.users.update(String(sub), { isSuspended: false });
      },
    );

    it('C13 invalid_grant ends the session once, and the way back leads through sign-in', async () => {
      const { browser, id } = await signIn();
      app.logto.failNext('token', { status: 400, body: { error: 'invalid_grant' } });
      later(2 * HOUR);
      const pages = await Promise.all(Array.from({ length: 10 }, () => account(browser)));
      for (const { status, headers } of pages) {
        expect([status, headers.get('location')]).toEqual([303, '/sign-in?return_to=%2Faccount']);
      }
      expect(app.logto.calls.token).toBe(1);
      expect(ended()).toHaveLength(1);
      await isGone(id);

      browser.history.length = 0;
      const page = await browser.get(`${app.url}/account?x=1`);
      expect(page.url).toBe(`${app.url}/account?x=1`);
      expect(page.body).toContain('ada@example.org');
      expect(browser.history.filter(({ url }) => url.includes('/sign-in?'))).toHaveLength(1);
    });

    it.each([
      ['a 500', { status: 500, body: 'oops' }, 1],
      ['a 503 that says invalid_grant', { status: 503, body: { error: 'invalid_grant' } }, 1],
      ['broken JSON', 'garbage', 1],
      ['a connection reset twice', 'reset', 2],
      ['an answer that got lost twice', 'lost', 2],
      ['no answer', 'hang', 1],
    ] as const)(
      'C13 %s ends nothing, and is asked again after a minute',
      async (_what, fault, calls) => {
        const { browser, id } = await signIn();
        const before = await app.tokensOf(id);
        later(10 * MINUTE);
        app.logto.failNext('token', fault, calls);
        expect((await home(browser)).body).toContain('Hello, Ada Lovelace');
        await eventually(() => expect(refreshFailures()).toHaveLength(1));
        later(MINUTE - 1000);
        for (let view = 0; view < 5; view += 1) await home(browser);
        expect(app.logto.calls.token).toBe(calls);
        expect(await app.tokensOf(id)).toEqual(before);
        later(1000);
        expect((await home(browser)).body).toContain('Hello, Ada Lovelace');
        expect(app.logto.calls.token).toBe(calls + 1);
        expect(ended()).toEqual([]);
      },
    );

    it('C13 an ID token that fails validation ends nothing, and is asked for once', async () => {
      const { browser } = await signIn();
      later(11 * MINUTE);
      const body = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, id_token: 'a.b.c' };
      app.logto.failNext('token', { status: 200, body }, 3);
      for (let view = 0; view < 3; view += 1)
        expect((await home(browser)).body).toContain('Hello, Ada Lovelace');
      expect(app.logto.calls.token).toBe(1);
    });

    it('C13 an answer lost when the refresh token changed is asked for again at once', async () => {
      const { browser, id } = await signIn();
      const [before] = await app.tokensOf(id);
      // Past 70 % of its life; the pages in between keep the session from going idle.
      for (let day = 0; day < 10; day += 1) {
        later(DAY);
        if (day < 9) app.logto.failNext('token', { status: 500, body: 'oops' });
        else app.logto.failNext('token', 'lost');
        await home(browser);
      }
      const [after] = await app.tokensOf(id);
      expect(after).not.toBe(before);
      later(10 * MINUTE);
      expect((await home(browser)).body).toContain('Hello, Ada Lovelace');
      expect(ended()).toEqual([]);
    });

    it('C13 Logto down for hours: the session and its tokens live on', async () => {
      const { browser, id } = await signIn();
      await app.logto.down();
      for (let hour = 0; hour < 5; hour += 1) {
        later(HOUR);
        await app.redis.pexpire(`session-tokens:${id}`, HOUR);
        expect((await account(browser)).body).toContain('ada@example.org');
        expect(await app.redis.pttl(`session-tokens:${id}`)).toBeGreaterThan(48 * HOUR);
      }
      await app.logto.up();
      later(HOUR);
      expect((await account(browser)).body).toContain('@ada-l');
      expect(ended()).toEqual([]);
    });

    it('a page waits 2 s for it at most, and it goes on by itself', async () => {
      const { browser, id } = await signIn();
      later(10 * MINUTE);
      const release = app.logto.holdNext('token');
      expect((await home(browser)).body).toContain('Hello, Ada Lovelace');
      expect(app.logto.calls.token).toBe(1);
      expect(refreshes()).toBe(0);
      release();
      await eventually(async () => expect(await app.redis.pttl(`refresh:${id}`)).toBe(-2));
      expect(refreshes()).toBe(1);
      await home(browser);
      expect(app.logto.calls.token).toBe(1);
      expect(refreshFailures()).toEqual([]);
    });
  });
});

describe.skipIf(!hasRedisServer)('C5 two processes', () => {
  let app: Doorstep;
  let processes: AppProcess[];
  beforeAll(async () => {
    app = await startDoorstep();
    processes = await Promise.all([startProcess(app), startProcess(app)]);
  });
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.close()));
    await app.close();
  });

  it('50 parallel pages at expiry: one refresh, 50 answers', async () => {
    // Too short for any use, so it has expired when the pages are asked for.
    app.logto.setLifetimes({ accessToken: 1 });
    const browser = await app.signedInBrowser();
    app.logto.setLifetimes({ accessToken: 3600 });
    const cookie = browser.cookies.header(new URL(app.url));
    app.logto.resetCalls();
    const pages = await Promise.all(
      Array.from({ length: 25 }, () =>
        processes.map((one) => one.get('/account', { cookie })),
      ).flat(),
    );
    expect(pages.map(({ status }) => status)).toEqual(Array(50).fill(200));
    for (const { body } of pages) expect(body).toContain('@ada-l');
    expect(app.logto.tokenCalls).toEqual({ refresh_token: 1 });
  });
});

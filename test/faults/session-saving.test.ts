import { Router } from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import {
  requireOrganization,
  requireOrganizationRole,
  requireRole,
} from '../../src/doorstep/access/guards.ts';
import { organizations } from '../../src/site/organizations.ts';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { type Instance, startInstance } from '../harness/instance.ts';
import { ENGINES, MATHEMATICIANS, member } from '../harness/people-at-logto.ts';
import { RedisFaults, readsSession, writesSession } from '../harness/redis-faults.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { withScopedPages } from '../harness/scoped-pages.ts';
import { redisServerOf } from './outage.ts';

const MINUTE = 60_000;

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
const defaultPath = (id: string, verb = 'default') => `/organizations/${id}/${verb}`;

/** POSTs as one of the site's own forms does. Resolves with the headers, as a browser goes on then. */
const post = (app: Doorstep, browser: Browser, path: string, at = app.url) => {
  const cookie = browser.cookies.header(new URL(app.url));
  const headers = { cookie, origin: app.url, accept: 'text/html' };
  return fetch(at + path, { method: 'POST', redirect: 'manual', headers });
};

/** The default organization; null without one. */
async function defaultOf(app: Doorstep, browser: Browser): Promise<string | null> {
  return JSON.parse((await browser.get(`${app.url}/default`)).body);
}

/** The name at Hugging Face that the home page greets with; null while it isn't known. */
async function handleOf(app: Doorstep, browser: Browser): Promise<string | null> {
  const { body } = await browser.get(app.url);
  return />(@[\w-]+)<\/a> on Hugging Face/.exec(body)?.[1] ?? null;
}

describe.skipIf(!hasRedisServer)('saving a session', () => {
  let app: Doorstep;
  let other: Instance;
  const faults = new RedisFaults();
  beforeAll(async () => {
    const environment = { ...WHOLE_SITE, LOGTO_TIMEOUT_SECONDS: '8' };
    app = await startDoorstep({ environment, createApp: withScopedPages, wrapRedis: faults.wrap });
    other = await startInstance(app, { createApp: withScopedPages });
  });
  afterEach(() => {
    vi.useRealTimers();
    faults.heal();
    app.logto.heal();
    app.logs.length = 0;
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const recheckOver = () =>
    eventually(() => {
      const events = app.logs.map(({ event }) => event);
      expect(events).toContainEqual(expect.stringMatching(/^refresh\./));
    });

  describe('while a slow recheck is under way', () => {
    /** A page whose recheck gets no answer from Logto until `release`. */
    async function pageWithHeldRecheck(browser: Browser) {
      later(10 * MINUTE);
      app.logto.resetCalls();
      const release = app.logto.holdNext('token');
      const page = browser.get(app.url);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      return { page, release };
    }

    describe.each([
      ['succeeds', false],
      ['gives up', true],
    ])('that %s', (_what, givesUp) => {
      it.each([
        ['before its page went out', false],
        ['after its page went out', true],
      ])('%s: a default chosen meanwhile stays', async (_when, pageFirst) => {
        const browser = await app.signedInBrowser();
        if (givesUp) app.logto.failNext('token', { status: 500 });
        const { page, release } = await pageWithHeldRecheck(browser);
        if (pageFirst) expect((await page).body).toContain('Hello, Ada Lovelace');
        expect((await post(app, browser, defaultPath(ENGINES))).status).toBe(303);
        expect(await defaultOf(app, browser)).toBe(ENGINES);
        release();
        await page;
        await recheckOver();
        expect(await defaultOf(app, browser)).toBe(ENGINES);
        // And neither is the recheck forgotten.
        expect(app.logto.calls.token).toBe(1);
      });

      it('the Hugging Face name that the account page learns meanwhile stays', async () => {
        const browser = await app.signedInBrowser();
        if (givesUp) app.logto.failNext('token', { status: 500 });
        const { page, release } = await pageWithHeldRecheck(browser);
        await browser.get(`${app.url}/account`);
        expect(await handleOf(app, browser)).toBe('@ada-l');
        release();
        await page;
        await recheckOver();
        expect(await handleOf(app, browser)).toBe('@ada-l');
        expect(app.logto.calls.token).toBe(1);
      });
    });
  });

  describe('nobody is told before it is saved', () => {
    /** What the other process's page of an organization says of it. */
    const isDefaultAt = async (browser: Browser, path: string) => {
      const { body } = await browser.get(other.url + path, { headers: { host: other.host } });
      return /This is (not )?your default organization\./.exec(body)?.[0];
    };

    it.each([
      ['default', 'not-default', 'This is your default organization.'],
      ['not-default', 'default', 'This is not your default organization.'],
    ])(
      'with a slow Redis, the page after “%s” is right in another process',
      async (verb, before, said) => {
        const browser = await app.signedInBrowser();
        await browser.post(app.url + defaultPath(ENGINES, before), {});
        const write = faults.hang(writesSession);
        let isTold = false;
        const telling = post(app, browser, defaultPath(ENGINES, verb)).finally(() => {
          isTold = true;
        });
        await eventually(() => expect(write.count()).toBe(1));
        // Longer than an answer takes that does not wait.
        for (let page = 0; page < 5; page += 1) await browser.get(app.url);
        expect(isTold).toBe(false);
        write.release();
        const told = await telling;
        expect(told.status).toBe(303);
        expect(await isDefaultAt(browser, told.headers.get('location') ?? '')).toBe(said);
      },
    );

    it.each([
      ['default', 'not-default', 'This is not your default organization.'],
      ['not-default', 'default', 'This is your default organization.'],
    ])('with a full Redis, “%s” is a 503 page and not done', async (verb, before, said) => {
      const browser = await app.signedInBrowser();
      await browser.post(app.url + defaultPath(ENGINES, before), {});
      const { admin } = redisServerOf(app);
      await admin.config('SET', 'maxmemory', '1');
      try {
        const answer = await post(app, browser, defaultPath(ENGINES, verb));
        expect([answer.status, answer.headers.get('location')]).toEqual([503, null]);
        expect(answer.headers.getSetCookie().join()).not.toContain('-flash');
        expect(await answer.text()).toContain('<h1');
      } finally {
        await admin.config('SET', 'maxmemory', '0');
      }
      expect(await isDefaultAt(browser, `/organizations/${ENGINES}`)).toBe(said);
    });
  });

  it('two processes, twelve writers of one session each: all succeed by few writes, nothing is lost', async () => {
    const atWriters = new RedisFaults();
    const writers = await Promise.all(
      [1, 2].map(() => startInstance(app, { wrapRedis: atWriters.wrap })),
    );
    try {
      const browser = await app.signedInBrowser();
      // Each has read the session before one of them writes.
      const { release } = atWriters.hang(writesSession);
      const write = async (url: string, id: string) =>
        (await post(app, browser, defaultPath(id), url)).status;
      const answers = Promise.all(
        writers.flatMap(({ url }) =>
          Array.from({ length: 12 }, (_, n) => write(url, n % 2 ? ENGINES : MATHEMATICIANS)),
        ),
      );
      await eventually(() => {
        const reads = atWriters.asked.filter(({ command, key }) => readsSession(command, key));
        // Each its own, and one more in each process for what it is about to write over.
        expect(reads.length).toBeGreaterThanOrEqual(26);
      });
      // And meanwhile somebody else has written, too.
      await browser.get(`${app.url}/account`);
      release();
      expect(await answers).toEqual(Array(24).fill(303));
      // Fewer than writers: those that wait in a process are written together.
      const writes = atWriters.asked.filter(({ command, key }) => writesSession(command, key));
      expect(writes.length).toBeLessThan(24);
      expect([ENGINES, MATHEMATICIANS]).toContain(await defaultOf(app, browser));
      expect(await handleOf(app, browser)).toBe('@ada-l');
    } finally {
      atWriters.heal();
      await Promise.all(writers.map((writer) => writer.close()));
    }
  });
});

/** The real app, with pages that show nothing but what their guard decides. */
const withGuardedPages: typeof createApp = (deps) => {
  const { pages } = organizations;
  const spy = vi.spyOn(organizations, 'pages').mockImplementation((pageDeps) => {
    const router = Router();
    const at = '/organizations/:organizationId';
    router.get('/guarded/role', requireRole('editor'), (_req, res) => void res.send('in'));
    router.get(`${at}/guarded`, requireOrganization(), (_req, res) => void res.send('in'));
    router.get(`${at}/guarded/admin`, requireOrganizationRole('admin'), (_req, res) => {
      res.send('in');
    });
    return router.use(pages(pageDeps));
  });
  try {
    return createApp(deps);
  } finally {
    spy.mockRestore();
  }
};

describe.skipIf(!hasRedisServer)('rights that were taken away at Logto', () => {
  let app: Doorstep;
  let other: Instance;
  const atOther = new RedisFaults();
  beforeAll(async () => {
    app = await startDoorstep({ environment: WHOLE_SITE, createApp: withGuardedPages });
    other = await startInstance(app, { wrapRedis: atOther.wrap });
  });
  afterAll(async () => {
    vi.useRealTimers();
    await other.close();
    await app.close();
  });

  it('are over within the recheck’s time, also while the session is written without pause', async () => {
    const browser = await app.signedInBrowser(ADA);
    const paths = [
      '/guarded/role',
      ...['', '/admin'].map((end) => `/organizations/${ENGINES}/guarded${end}`),
    ];
    const guarded = () =>
      Promise.all(paths.map(async (path) => (await browser.get(app.url + path)).status));
    expect(await guarded()).toEqual([200, 200, 200]);

    let racing = true;
    const statuses: number[] = [];
    const race = async (first: number) => {
      for (let turn = first; racing; turn += 1) {
        const verb = turn % 2 ? 'default' : 'not-default';
        const answer = await post(app, browser, defaultPath(ENGINES, verb));
        await answer.arrayBuffer();
        statuses.push(answer.status);
      }
    };
    const racers = Array.from({ length: 24 }, (_, n) => race(n));
    const moreAnswers = async (count: number) => {
      const before = statuses.length;
      await eventually(() => expect(statuses.length).toBeGreaterThan(before + count));
    };
    try {
      await moreAnswers(100);
      // One has read the session with its old rights, and writes when the new ones are there.
      const late = atOther.hang(writesSession);
      const written = post(app, browser, defaultPath(MATHEMATICIANS), other.url);
      await eventually(() => expect(late.count()).toBe(1));
      const { sub = '' } = app.logs.find(({ event }) => event === 'sign_in.succeeded') ?? {};
      const changes = { roles: ['reader'], organizations: [member(MATHEMATICIANS)] };
      app.logto.users.update(String(sub), changes);
      later(10 * MINUTE);
      const refused = async () => expect(await guarded()).toEqual([403, 403, 403]);
      await eventually(refused);
      // One recheck was enough: it was not written over, to be asked for again.
      expect(app.logto.tokenCalls.refresh_token).toBe(1);
      // No writer that was under way then brings them back.
      late.release();
      await (await written).arrayBuffer();
      for (let round = 0; round < 10; round += 1) {
        await moreAnswers(24);
        await refused();
      }
    } finally {
      racing = false;
      atOther.heal();
      await Promise.all(racers);
    }
    expect(new Set(statuses.slice(-24))).toEqual(new Set([403]));
    expect(await guarded()).toEqual([403, 403, 403]);
  });
});

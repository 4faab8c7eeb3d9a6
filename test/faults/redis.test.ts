import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { RedisFaults } from '../harness/redis-faults.ts';
import { hasRedisServer, type RedisServer } from '../harness/redis-server.ts';
import { healed, kill, redisServerOf } from './outage.ts';

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];
/** Loading takes a few milliseconds a key, and answers commands meanwhile. */
const SLOW_LOADING = [
  '--key-load-delay',
  '12000',
  '--loading-process-events-interval-bytes',
  '1024',
];

interface Outage {
  what: string;
  settings: string[];
  begin(redis: RedisServer): Promise<unknown>;
  end(redis: RedisServer): Promise<unknown>;
}

const outages: Outage[] = [
  {
    what: 'killed',
    settings: DURABLE,
    begin: kill,
    end: (redis) => redis.restart(),
  },
  {
    what: 'hanging',
    settings: DURABLE,
    begin: async (redis) => redis.signal('SIGSTOP'),
    end: async (redis) => redis.signal('SIGCONT'),
  },
  {
    what: 'read-only',
    settings: [],
    begin: ({ admin }) => admin.replicaof('127.0.0.1', 1),
    end: ({ admin }) => admin.replicaof('NO', 'ONE'),
  },
  {
    what: 'a replica that has lost its master',
    settings: ['--replica-serve-stale-data', 'no'],
    begin: ({ admin }) => admin.replicaof('127.0.0.1', 1),
    end: ({ admin }) => admin.replicaof('NO', 'ONE'),
  },
];

/** The account page tells the app what Hugging Face calls them, which is how they are greeted. */
async function signInOtter(app: Doorstep): Promise<Browser> {
  const browser = await app.signedInBrowser(OTTER);
  await browser.get(`${app.url}/account`);
  return browser;
}

const HELLO = { ada: 'Hello, Ada Lovelace', otter: 'Hello, @quiet-otter' };

/** On the callback. */
const NOT_YET = 'your sign-in could not be kept';

/** 503, with the words that matter and without a word of signing in or out. */
async function expectNotSignedOut(
  visit: ReturnType<Browser['get']>,
  words = 'You have not been signed out',
): Promise<void> {
  const page = await visit;
  expect(page.status).toBe(503);
  expect(page.body).toContain(words);
  expect(page.body).toContain('session_store_unavailable');
  expect(page.body).not.toMatch(/Come on in|Hello,|You are signed out/);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('clear-site-data')).toBeNull();
  expect(page.headers.getSetCookie()).toEqual([]);
}

describe.skipIf(!hasRedisServer).each(outages)('C21 Redis $what', ({ settings, begin, end }) => {
  let app: Doorstep;
  let ada: Browser;
  let otter: Browser;
  let newcomer: Browser;
  let callback: string;
  const redis = new RedisFaults();
  beforeAll(async () => {
    app = await startDoorstep({ redisSettings: settings, wrapRedis: redis.wrap });
    ada = await app.signedInBrowser(ADA);
    otter = await signInOtter(app);
    newcomer = app.browser();
    callback = await app.upToCallback(newcomer, '/sign-in?return_to=/account');
    await begin(redisServerOf(app));
  });
  afterAll(() => app.close());

  // A command has a time limit (client.test.ts), so a page that waits for one has it, too.
  it('no page waits for more than one command after the other', async () => {
    const waits = async (visit: () => Promise<void>) => {
      redis.asked.length = 0;
      await visit();
      return redis.asked.map(({ command, key }) => `${command} ${key.split(':')[0]}`);
    };
    const home = () => expectNotSignedOut(ada.get(app.url));
    const account = () => expectNotSignedOut(otter.get(`${app.url}/account`));
    const signOut = () =>
      expectNotSignedOut(ada.post(`${app.url}/sign-out`, {}, { follow: false }));
    for (const visit of [home, account, signOut])
      expect(await waits(visit)).toEqual(['getexBuffer session']);
    const finish = () => expectNotSignedOut(newcomer.get(callback), NOT_YET);
    expect(await waits(finish)).toEqual(['set used-state']);
  });

  it('signed-in people get a 503 page, and are not taken for signed out', async () => {
    // One after the other has begun, so that some wait behind others.
    const pages: Promise<void>[] = [];
    for (let round = 0; round < 8; round += 1) {
      pages.push(expectNotSignedOut(ada.get(app.url)));
      pages.push(expectNotSignedOut(otter.get(`${app.url}/account`)));
      expect((await app.browser().get(app.url)).status).toBe(200);
    }
    await Promise.all(pages);
  });

  it('signing out says honestly that it did not happen', async () => {
    await expectNotSignedOut(ada.post(`${app.url}/sign-out`, {}, { follow: false }));
  });

  it('a callback signs nobody in', async () => {
    await expectNotSignedOut(newcomer.get(callback), NOT_YET);
  });

  it('visitors have the home page; /readyz says 503 and /healthz 200', async () => {
    const status = async (path: string) =>
      (await app.browser().get(app.url + path, { follow: false })).status;
    expect((await app.browser().get(app.url)).body).toContain('Come on in.');
    expect([await status('/sign-in'), await status('/readyz')]).toEqual([303, 503]);
    expect(await status('/healthz')).toBe(200);
  });

  it('all heals when it is back, and a fresh sign-in works', async () => {
    await end(redisServerOf(app));
    await healed(async () => {
      expect((await app.browser().get(`${app.url}/readyz`)).status).toBe(200);
      expect((await ada.get(app.url)).body).toContain(HELLO.ada);
      expect((await otter.get(app.url)).body).toContain(HELLO.otter);
    });
    const anew = await app.upToCallback(newcomer, '/sign-in?return_to=/account');
    const page = await newcomer.get(anew);
    expect(page.url).toBe(`${app.url}/account`);
    expect(page.body).toContain('ada@example.org');
  });
});

describe.skipIf(!hasRedisServer)('C21 Redis', () => {
  let app: Doorstep;
  let redis: RedisServer;
  let ada: Browser;
  let otter: Browser;
  beforeAll(async () => {
    app = await startDoorstep({ redisSettings: DURABLE });
    redis = redisServerOf(app);
    ada = await app.signedInBrowser(ADA);
    otter = await signInOtter(app);
  });
  afterAll(() => app.close());

  it('out of memory: what only reads goes on, what would write is a 503', async () => {
    const newcomer = app.browser();
    const callback = await app.upToCallback(newcomer);
    await redis.admin.config('SET', 'maxmemory', '1');
    expect((await ada.get(app.url)).body).toContain(HELLO.ada);
    expect((await ada.get(`${app.url}/readyz`)).status).toBe(503);
    await expectNotSignedOut(newcomer.get(callback), NOT_YET);
    await redis.admin.config('SET', 'maxmemory', '0');
    expect((await newcomer.get(callback)).body).toContain(HELLO.ada);
  });

  it('stopped and gone on again and again: everybody gets a page of their own or none', async () => {
    const pages = [];
    for (let round = 0; round < 60; round += 1) {
      if (round % 10 === 5) redis.signal('SIGSTOP');
      const [who, hello] = round % 2 ? [ada, HELLO.ada] : [otter, HELLO.otter];
      pages.push(who.get(app.url).then((page) => ({ page, hello })));
      await app.browser().get(app.url);
      if (round % 10 === 9) redis.signal('SIGCONT');
    }
    for (const { page, hello } of await Promise.all(pages)) {
      if (page.status === 200) expect(page.body).toContain(hello);
      else expect(page.status).toBe(503);
    }
    await healed(async () => expect((await ada.get(app.url)).body).toContain(HELLO.ada));
  });

  it('C22 kill -9 right after a finished sign-in loses none of them', async () => {
    const finished: Browser[] = [];
    for (let round = 0; round < 4; round += 1) {
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      expect((await browser.get(callback, { follow: false })).status).toBe(303);
      await kill(redis);
      finished.push(browser);
      await redis.restart();
      await healed(async () => expect((await ada.get(app.url)).status).toBe(200));
    }
    for (const browser of finished) {
      expect((await browser.get(app.url)).body).toContain(HELLO.ada);
    }
  });

  it('restarted without its data: nobody is known any more, and signing in works', async () => {
    await redis.admin.flushall();
    await kill(redis);
    await redis.restart();
    await healed(async () => expect((await ada.get(app.url)).body).toContain('Come on in.'));
    expect((await otter.get(`${app.url}/account`, { follow: false })).status).toBe(303);
    expect((await (await signInOtter(app)).get(app.url)).body).toContain(HELLO.otter);
    expect((await ada.get(app.url)).body).toContain('Come on in.');
  });
});

describe.skipIf(!hasRedisServer)('C21 Redis loading', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({ redisSettings: [...DURABLE, ...SLOW_LOADING] });
  });
  afterAll(() => app.close());

  it('a 503 page until all is read, then everybody is still there', async () => {
    const redis = redisServerOf(app);
    const ada = await app.signedInBrowser(ADA);
    const otter = await signInOtter(app);
    await kill(redis);
    const loaded = redis.restart();
    let loading = true;
    void loaded.then(() => {
      loading = false;
    });
    const seen = new Set<number>();
    while (loading) {
      const page = await ada.get(app.url);
      seen.add(page.status);
      if (page.status === 200) expect(page.body).toContain(HELLO.ada);
      else expect(page.body).toContain('You have not been signed out');
    }
    expect(seen).toContain(503);
    await healed(async () => expect((await otter.get(app.url)).body).toContain(HELLO.otter));
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { peopleAt } from '../harness/people.ts';
import { RedisFaults, readsSession } from '../harness/redis-faults.ts';

const MINUTE = 60_000;
const READS = /^(get|getBuffer|getexBuffer|pttl|hmgetBuffer)$/;
const DELETES = /^(del|endSessionBuffer|takeTokensBuffer)$/;

/** OpenID Connect Core 12.2: a refresh brings an ID token of the same `iss` and `sub`, or it does not count. */
describe('a refresh that answers with somebody else’s ID token', () => {
  let app: Doorstep;
  let otter = '';
  const redis = new RedisFaults();
  beforeAll(async () => {
    app = await startDoorstep({ wrapRedis: redis.wrap });
    otter = await peopleAt(app).claim(await app.signedInBrowser(OTTER), 'sub');
    // Fresh for no page: each needs a refresh before it can ask for userinfo.
    app.logto.setLifetimes({ accessToken: 1 });
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.changeIdTokens(null);
  });
  afterAll(() => app.close());

  const recheck = {
    path: '/',
    begin: () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * MINUTE }),
  };
  const tokenRefresh = { path: '/account', begin: () => {} };

  it.each([
    ['sub', 'a recheck', recheck],
    ['sub', 'a refresh for a page', tokenRefresh],
    ['iss', 'a recheck', recheck],
    ['iss', 'a refresh for a page', tokenRefresh],
  ])(
    'of another %s, at %s: the session ends, and nothing of it is kept',
    async (claim, _at, at) => {
      const browser = await app.signedInBrowser(ADA);
      const id = peopleAt(app).sessionId(browser);
      const { sub: ada } = app.logs.findLast(({ event }) => event === 'sign_in.succeeded') ?? {};
      at.begin();
      const changes =
        claim === 'sub' ? { sub: otter } : { iss: 'https://other-logto.example/oidc' };
      app.logto.changeIdTokens({ ...changes, name: 'Mallory' });
      app.logs.length = 0;
      redis.asked.length = 0;

      // Several at once, so that whoever waits for the refresh is among them.
      const release = app.logto.holdNext('token');
      const pages = Promise.all(
        Array.from({ length: 5 }, () => browser.get(app.url + at.path, { follow: false })),
      );
      await eventually(() => {
        const reads = redis.asked.filter(({ command, key }) => readsSession(command, key));
        expect(reads.length).toBeGreaterThanOrEqual(5);
      });
      release();
      expect((await pages).map(({ body }) => body.includes('Mallory'))).toEqual(
        Array(5).fill(false),
      );
      const page = await browser.get(app.url);
      expect(/Come on in\.|Hello, [^<]*/.exec(page.body)?.[0]).toBe('Come on in.');

      const ended = app.logs.filter(({ event }) => event === 'session.ended');
      expect(ended.map(({ why, sub }) => ({ why, sub }))).toEqual([
        { why: 'identity_changed', sub: ada },
      ]);
      const written = redis.asked.filter(
        ({ command, key }) =>
          /^session(-tokens)?:/.test(key) && !READS.test(command) && !DELETES.test(command),
      );
      expect(written).toEqual([]);
      expect(await app.redis.pttl(`session:${id}`)).toBe(-2);
      expect(await app.redis.pttl(`session-tokens:${id}`)).toBe(-2);
    },
  );
});

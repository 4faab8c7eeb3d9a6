import { createHash } from 'node:crypto';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, OTTER, startDoorstep } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { type People, peopleAt, reasonOn } from '../../harness/people.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const seconds = () => Math.floor(Date.now() / 1000);

describe('back-channel logout', () => {
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
  });
  afterAll(() => app.close());

  const send = (token: string) =>
    request(app.url).post('/backchannel-logout').type('form').send({ logout_token: token });

  it('S37 sub alone ends all sessions of that user, and nobody else’s', async () => {
    const [laptop, phone] = [await app.signedInBrowser(), await app.signedInBrowser()];
    const otter = await app.signedInBrowser(OTTER);
    const sub = await people.claim(laptop, 'sub');
    const answer = await app.logto.sendBackchannelLogout({ sub });
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect([await people.isIn(laptop), await people.isIn(phone)]).toEqual([false, false]);
    expect(await people.isIn(otter)).toBe(true);
  });

  it('S36 the browser sees it at its next click: signed out, and the way back is kept', async () => {
    const browser = await app.signedInBrowser();
    await app.logto.sendBackchannelLogout({ sub: await people.claim(browser, 'sub') });
    const home = await browser.get(app.url);
    expect([home.status, home.url]).toEqual([200, `${app.url}/`]);
    expect(home.body).toContain('Come on in.');
    const account = await browser.get(`${app.url}/account?x=1`, { follow: false });
    expect(account.headers.get('location')).toBe('/sign-in?return_to=%2Faccount%3Fx%3D1');
  });

  it('S37 sid ends all sessions that came from that session at Logto, and no other', async () => {
    const laptop = await app.signedInBrowser();
    const twice = await app.signedInBrowser();
    const first = people.sessionId(twice);
    // The app's cookie is lost, Logto's is not: a second session from the same one at Logto.
    twice.cookies.store(new URL(app.url), ['doorstep=; Path=/; Max-Age=0']);
    await twice.get(`${app.url}/sign-in`);
    const [sub, sid] = [await people.claim(twice, 'sub'), await people.claim(twice, 'sid')];
    expect(people.sessionId(twice)).not.toBe(first);
    expect(await app.tokensOf(first)).not.toEqual([]);
    expect((await app.logto.sendBackchannelLogout({ sub, sid })).status).toBe(200);
    expect(await people.isIn(twice)).toBe(false);
    expect(await app.tokensOf(first)).toEqual([]);
    expect(await people.isIn(laptop)).toBe(true);
  });

  it('S38 a repeat answers 200 and changes nothing, not even what began in between', async () => {
    const browser = await app.signedInBrowser();
    const sub = await people.claim(browser, 'sub');
    const token = await app.logto.mintLogoutToken({ claims: { sub } });
    await send(token).expect(200);
    const later = await app.signedInBrowser();
    const repeat = await send(token).expect(200);
    expect(repeat.headers['cache-control']).toBe('no-store');
    expect(await people.isIn(later)).toBe(true);
  });

  it('S38 the jti is remembered for as long as the token could be accepted', async () => {
    // A clock at Logto that is ahead, within what is tolerated.
    const claims = { sub: 'nobody', jti: 'ahead', iat: seconds() + 290, exp: seconds() + 410 };
    await send(await app.logto.mintLogoutToken({ claims })).expect(200);
    const digest = createHash('sha256').update('ahead').digest('base64url');
    const left = await app.redis.pttl(`used-jti:${digest}`);
    // Accepted until exp plus the five minutes that clocks may differ.
    expect(left).toBeGreaterThan((410 + 300 - 10) * 1000);
  });

  it('S36 it needs no cookie, no Origin and no same-origin header, and gets no cookie', async () => {
    const token = await app.logto.mintLogoutToken({ claims: { sub: 'nobody' } });
    const answer = await send(token).set({ 'sec-fetch-site': 'cross-site', origin: 'null' });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  type Claims = Record<string, unknown>;
  // Times are told when the test runs, not when the file is read.
  it.each<[string, Claims | (() => Claims), Record<string, unknown>?]>([
    ['S21 another typ', {}, { typ: 'JWT' }],
    ['S21 no typ', {}, { typ: undefined }],
    ['S21 a nonce', { nonce: 'n' }],
    ['S21 no events', { events: undefined }],
    ['S21 another event', { events: { 'https://example.org/other': {} } }],
    ['S21 an event that is no object', { events: { [EVENT]: true } }],
    ['S21 expired', () => ({ exp: seconds() - 400 })],
    [
      'S21 over five minutes old, whatever its exp says',
      () => ({ iat: seconds() - 301, exp: seconds() + 3600 }),
    ],
    ['S21 from the future', () => ({ iat: seconds() + 400, exp: seconds() + 600 })],
    ['S36 another issuer', { iss: 'https://evil.example/oidc' }],
    ['S36 another audience', { aud: 'another-app' }],
    ['S36 neither sub nor sid', { sub: undefined }],
    ['S36 no iat', { iat: undefined }],
    ['S36 no exp', { exp: undefined }],
    ['S38 no jti', { jti: undefined }],
  ])(
    '%s: 400 with an OAuth error body, nobody is signed out',
    async (_what, wrong, header = {}) => {
      const claims = typeof wrong === 'function' ? wrong() : wrong;
      const browser = await app.signedInBrowser();
      const sub = await people.claim(browser, 'sub');
      const token = await app.logto.mintLogoutToken({ claims: { sub, ...claims }, header });
      const answer = await send(token).expect(400);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body.error).toBe('invalid_request');
      expect(await people.isIn(browser)).toBe(true);
    },
  );

  it('S36 an ID token and an access token are no logout tokens', async () => {
    const now = seconds();
    const idToken = { events: undefined, jti: undefined, iat: now, exp: now + 3600, nonce: 'n' };
    const claims = { ...idToken, sub: 'x' };
    await send(await app.logto.mintLogoutToken({ claims, header: { typ: undefined } })).expect(400);
    await send(await app.logto.mintLogoutToken({ claims, header: { typ: 'at+jwt' } })).expect(400);
  });

  it('S37 by sub: a sign-in under way does not survive; one begun later does', async () => {
    // Somebody without other sessions, so that one revocation is just this one.
    const grace = { as: 'grace', via: 'username' } as const;
    const before = await app.signedInBrowser(grace);
    const sub = await people.claim(before, 'sub');
    await people.click(before, '/sign-out');
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/sign-in?return_to=/account', grace);
    await app.logto.sendBackchannelLogout({ sub });
    app.logto.resetCalls();
    const page = await browser.get(callback);
    expect([page.status, reasonOn(page)]).toEqual([400, 'signed_out_meanwhile']);
    expect(page.body).toContain('return_to=%2Faccount');
    expect(await people.isIn(browser)).toBe(false);
    expect(await people.isIn(await app.signedInBrowser(grace))).toBe(true);
    // What Logto gave for it must not stay behind.
    await eventually(() => expect(app.logto.calls.revocation).toBe(1));
  });

  it('S37 by sid: a sign-in under way does not survive; one begun later does', async () => {
    const browser = await app.signedInBrowser();
    const [sub, sid] = [await people.claim(browser, 'sub'), await people.claim(browser, 'sid')];
    const callback = await app.upToCallback(browser);
    await app.logto.sendBackchannelLogout({ sub, sid });
    expect((await browser.get(callback)).status).toBe(400);
    expect(await people.isIn(browser)).toBe(false);
    expect(await people.isIn(await app.signedInBrowser())).toBe(true);
  });

  it('S36 Logto out of reach is a 503, and the same token works afterwards', async () => {
    const other = await startDoorstep();
    const browser = await other.signedInBrowser();
    const sub = await peopleAt(other).claim(browser, 'sub');
    // Ten minutes on, discovery is fetched anew.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    const token = await other.logto.mintLogoutToken({ claims: { sub } });
    other.logto.failNext('discovery', { status: 500 });
    const post = () => request(other.url).post('/backchannel-logout').type('form');
    await post().send({ logout_token: token }).expect(503);
    vi.setSystemTime(Date.now() + 1000);
    await post().send({ logout_token: token }).expect(200);
    expect(await peopleAt(other).isIn(browser)).toBe(false);
    await other.close();
  });

  it('a real end-session at Logto in browser A ends A’s session here, and not B’s', async () => {
    const [a, b] = [await app.signedInBrowser(), await app.signedInBrowser()];
    const query = new URLSearchParams({
      client_id: app.config.logto.appId,
      post_logout_redirect_uri: `${app.url}/`,
    });
    await a.get(`${app.logto.issuer}/session/end?${query}`);
    await a.submit({});
    expect(a.page?.url).toBe(`${app.url}/`);
    expect(a.page?.body).toContain('Come on in.');
    expect([await people.isIn(a), await people.isIn(b)]).toEqual([false, true]);
  });
});

describe.skipIf(!hasRedisServer)('back-channel logout while Redis is away', () => {
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    app = await startDoorstep({
      redisSettings: ['--appendonly', 'yes', '--appendfsync', 'always'],
    });
    people = peopleAt(app);
  });
  afterAll(() => app.close());

  const send = (token: string) =>
    request(app.url).post('/backchannel-logout').type('form').send({ logout_token: token });
  const isReady = () =>
    eventually(async () => expect((await fetch(`${app.url}/readyz`)).status).toBe(200));

  it('S36 C21 Redis killed: 503, and the same token works afterwards', async () => {
    const browser = await app.signedInBrowser();
    const token = await app.logto.mintLogoutToken({
      claims: { sub: await people.claim(browser, 'sub') },
    });
    app.redisServer?.signal('SIGKILL');
    await eventually(async () => expect((await fetch(`${app.url}/readyz`)).status).toBe(503));
    await send(token).expect(503);
    await app.redisServer?.restart();
    await isReady();
    expect(await people.isIn(browser)).toBe(true);
    await send(token).expect(200);
    expect(await people.isIn(browser)).toBe(false);
  });

  it('S36 C21 Redis hangs, and carries out later what it was asked: the same token still works', async () => {
    const browser = await app.signedInBrowser();
    const token = await app.logto.mintLogoutToken({
      claims: { sub: await people.claim(browser, 'sub') },
    });
    app.redisServer?.signal('SIGSTOP');
    await send(token).expect(503);
    app.redisServer?.signal('SIGCONT');
    await isReady();
    await send(token).expect(200);
    expect(await people.isIn(browser)).toBe(false);
  });
});

interface Claims {
  sub: string;
  sid: string;
}

describe('back-channel logout in unlucky moments', () => {
  it('S38 Redis goes away halfway: 503, and the same token works afterwards', async () => {
    const faults = new RedisFaults();
    const app = await startDoorstep({ wrapRedis: faults.wrap });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    const token = await app.logto.mintLogoutToken({
      claims: { sub: await people.claim(browser, 'sub') },
    });
    const send = () =>
      request(app.url).post('/backchannel-logout').type('form').send({ logout_token: token });
    faults.fail((command) => command !== 'set');
    await send().expect(503);
    faults.heal();
    await send().expect(200);
    expect(await people.isIn(browser)).toBe(false);
    await app.close();
  });

  it.each([
    ['its record', 'createSession', ({ sub }: Claims) => ({ sub })],
    ['its entry at the user', 'addToUserIndex', ({ sub }: Claims) => ({ sub })],
    ['its entry at the session of Logto', 'addToLogtoIndex', (claims: Claims) => claims],
  ])(
    'S37 a sign-in that is saving %s at that very moment does not survive',
    async (_what, command, named) => {
      const faults = new RedisFaults();
      const app = await startDoorstep({ wrapRedis: faults.wrap });
      const people = peopleAt(app);
      const browser = await app.signedInBrowser();
      const claims = {
        sub: await people.claim(browser, 'sub'),
        sid: await people.claim(browser, 'sid'),
      };
      browser.cookies.store(new URL(app.url), ['doorstep=; Path=/; Max-Age=0']);
      const callback = await app.upToCallback(browser);
      const saving = faults.hang((asked) => asked === command);
      const finished = browser.get(callback);
      await eventually(() => expect(saving.count()).toBe(1));
      expect((await app.logto.sendBackchannelLogout(named(claims))).status).toBe(200);
      saving.release();
      expect((await finished).status).toBe(400);
      expect(await people.isIn(browser)).toBe(false);
      expect(await app.stored.keys('session:*')).toEqual([]);
      await app.close();
    },
  );
});

it('S36 without a logout token, nothing is asked of Logto', async () => {
  const app = await startDoorstep();
  await request(app.url).post('/backchannel-logout').type('form').send({}).expect(400);
  expect(app.logto.calls).toMatchObject({ discovery: 0, jwks: 0 });
  await app.close();
});

describe('back-channel logout: the rate limit counts refused tokens only', () => {
  const limits = { signIn: 1e9, callback: 1e9, backchannelFailures: 3 };
  const start = async () => {
    const app = await startDoorstep({ limits });
    const send = (token: string) =>
      request(app.url).post('/backchannel-logout').type('form').send({ logout_token: token });
    const good = () => app.logto.mintLogoutToken({ claims: { sub: 'nobody' } });
    return { app, send, good };
  };

  it('good ones never count, one after the other; bad ones end in 429 with Retry-After', async () => {
    const { app, send, good } = await start();
    for (let round = 0; round < 6; round += 1) await send(await good()).expect(200);
    for (let round = 0; round < 3; round += 1) await send('bad').expect(400);
    const refused = await send('bad').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    await app.close();
  });

  it('good ones never count, many at once either', async () => {
    const { app, send, good } = await start();
    const tokens = await Promise.all(Array.from({ length: 12 }, good));
    const answers = await Promise.all(tokens.map((token) => send(token)));
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
    await app.close();
  });

  it('our own outages don’t count: when they are over, good tokens are accepted', async () => {
    const { app, send, good } = await start();
    app.logto.failNext('discovery', { status: 500 });
    const token = await good();
    for (let round = 0; round < 6; round += 1) await send(token).expect(503);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    await send(token).expect(200);
    vi.useRealTimers();
    await app.close();
  });
});

import { createHmac } from 'node:crypto';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Doorstep, OTTER, startDoorstep, WITH_WEBHOOK } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { type People, peopleAt, reasonOn } from '../../harness/people.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';
import { WEBHOOK_KEY } from '../../harness/stand-ins.ts';

const MINUTE = 60_000;
const OTHER_KEY = 'Qe7uJd2sXn5bVc8mAz4wRt6yKp9hLf3g';

const sign = (body: string, key = WEBHOOK_KEY) =>
  createHmac('sha256', key).update(body).digest('hex');

describe('webhooks of Logto', () => {
  const faults = new RedisFaults();
  let app: Doorstep;
  let people: People;
  beforeAll(async () => {
    app = await startDoorstep({ environment: WITH_WEBHOOK, wrapRedis: faults.wrap });
    people = peopleAt(app);
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
    faults.heal();
    app.logs.length = 0;
  });
  afterAll(() => app.close());

  const send = (body: string, headers: Record<string, string> = {}) =>
    request(app.url)
      .post('/hooks/logto')
      .set({
        'content-type': 'application/json',
        'logto-signature-sha-256': sign(body),
        ...headers,
      })
      .send(body);
  const said = (event: string, parts: object = {}) =>
    JSON.stringify({ event, createdAt: new Date().toISOString(), ...parts });
  const suspended = (sub: string, updatedAt = Date.now(), isSuspended = true) =>
    said('User.SuspensionStatus.Updated', {
      params: { userId: sub },
      data: { id: sub, updatedAt, isSuspended },
    });
  /** Somebody of this test's own, on two devices. */
  const somebody = async (username: string) => {
    const { sub } = app.logto.users.register(username);
    const signIn = () => app.signedInBrowser({ as: username, via: 'username' });
    return { sub, signIn, laptop: await signIn(), phone: await signIn() };
  };
  const lines = (event: string) => app.logs.filter((line) => line.event === event);

  describe('F60 out at once', () => {
    it('F60 C11 S8 suspended at Logto: all sessions of that person end, and nobody else’s', async () => {
      const { sub, laptop, phone, signIn } = await somebody('suspended_one');
      const otter = await app.signedInBrowser(OTTER);
      app.logto.resetCalls();
      expect(await app.logto.suspend(sub)).toEqual({ status: 204, body: '' });
      expect([await people.isIn(laptop), await people.isIn(phone)]).toEqual([false, false]);
      expect(await people.isIn(otter)).toBe(true);
      expect(await app.tokensOf(people.sessionId(laptop))).toEqual([]);
      await eventually(() => expect(app.logto.calls.revocation).toBeGreaterThanOrEqual(2));
      // Nobody asked Logto whether it is so.
      expect(app.logto.calls).toMatchObject({ token: 0, userinfo: 0 });
      expect(lines('session.ended')).toMatchObject([{ why: 'suspended', sub, sessions: 2 }]);
      expect(lines('webhook.received')).toMatchObject([
        { webhook: 'User.SuspensionStatus.Updated', outcome: 'ended', sessions: 2 },
      ]);
      await app.logto.suspend(sub, false);
      expect([await people.isIn(laptop), await people.isIn(phone)]).toEqual([false, false]);
      expect(await people.isIn(await signIn())).toBe(true);
    });

    it('F60 S8 deleted at Logto', async () => {
      const { sub, laptop, phone } = await somebody('deleted_one');
      expect((await app.logto.delete(sub))?.status).toBe(204);
      expect([await people.isIn(laptop), await people.isIn(phone)]).toEqual([false, false]);
      expect(lines('session.ended')).toMatchObject([{ why: 'deleted', sub, sessions: 2 }]);
    });

    it.each([
      ['userId', (sub: string) => ({ userId: sub, params: { userId: 'nobody' } })],
      ['params.userId', (sub: string) => ({ params: { userId: sub }, data: { id: 'nobody' } })],
      ['data.id', (sub: string) => ({ data: { id: sub } })],
    ])('F60 whose it is stands in %s', async (where, parts) => {
      const { sub, laptop } = await somebody(`named_${where.replace('.', '_')}`);
      await send(said('User.Deleted', parts(sub))).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
    });

    it('F60 a sign-in that is under way does not survive; one that begins later does', async () => {
      const { sub, signIn } = await somebody('under_way');
      const browser = app.browser();
      const callback = await app.upToCallback(browser, '/sign-in', {
        as: 'under_way',
        via: 'username',
      });
      await send(suspended(sub)).expect(204);
      expect(reasonOn(await browser.get(callback))).toBe('signed_out_meanwhile');
      expect(await people.isIn(await signIn())).toBe(true);
    });
  });

  describe('F61 the order of arrival is not that of the changes', () => {
    it('F61 an older suspension ends nothing that began after the un-suspension: Logto is asked', async () => {
      const { sub, signIn } = await somebody('out_of_order');
      const before = Date.now();
      await send(suspended(sub, before + 10, false)).expect(204);
      const back = await signIn();
      app.logto.resetCalls();
      await send(suspended(sub, before)).expect(204);
      expect(await people.isIn(back)).toBe(true);
      expect(app.logto.tokenCalls.refresh_token).toBe(1);
      expect(lines('session.ended')).toEqual([]);
    });

    it('F61 an older un-suspension signs nobody in, and undoes nothing', async () => {
      const { sub, laptop } = await somebody('stays_out');
      app.logto.users.update(sub, { isSuspended: true });
      const now = Date.now();
      await send(suspended(sub, now)).expect(204);
      await send(suspended(sub, now - 10, false)).expect(204);
      await send(suspended(sub, now + 10, false)).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
      expect(await app.stored.keys(`session:${people.sessionId(laptop)}`)).toEqual([]);
    });

    it('F61 deleting counts, whatever the time in it', async () => {
      const { sub, laptop } = await somebody('deleted_late');
      await send(suspended(sub, Date.now() + MINUTE, false)).expect(204);
      const data = { id: sub, updatedAt: Date.now() - MINUTE };
      await send(said('User.Deleted', { params: { userId: sub }, data })).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
    });
  });

  describe('F62 what changes rights has Logto asked at the next request', () => {
    it('F62 the members of an organization that changed, on all their devices, once', async () => {
      const [one, two, three] = await Promise.all(
        ['member_one', 'member_two', 'member_three'].map(somebody),
      );
      if (!one || !two || !three) throw new Error('There are three');
      app.logto.resetCalls();
      const answer = await app.logto.changeMembers('org1', {
        added: [one.sub],
        removed: [two.sub],
      });
      expect(answer?.status).toBe(204);
      for (const browser of [one.laptop, one.phone, two.laptop, three.laptop]) {
        await browser.get(app.url);
        await browser.get(app.url);
      }
      expect(app.logto.tokenCalls).toEqual({ refresh_token: 3 });
      expect(lines('webhook.received')).toMatchObject([
        { webhook: 'Organization.Membership.Updated', outcome: 'rechecked', users: 2, sessions: 4 },
      ]);
    });

    it('F62 a user’s data, and custom data that looks like another user', async () => {
      const { sub, laptop } = await somebody('has_changed');
      const other = await somebody('has_not_changed');
      app.logto.resetCalls();
      expect((await app.logto.changeUser(sub, { name: 'Grace Hopper' }))?.status).toBe(204);
      expect((await laptop.get(app.url)).body).toContain('Grace Hopper');
      const customData = { params: { userId: sub }, data: { id: other.sub, updatedAt: 'never' } };
      await send(said('User.Data.Updated', customData)).expect(204);
      await other.laptop.get(app.url);
      expect(app.logto.tokenCalls).toEqual({ refresh_token: 1 });
      await laptop.get(app.url);
      expect(app.logto.tokenCalls).toEqual({ refresh_token: 2 });
    });

    it('F62 whom Logto refuses then is out', async () => {
      const { sub, laptop } = await somebody('left_out');
      app.logto.exclude(sub);
      await app.logto.changeMembers('org1', { removed: [sub] });
      expect(await people.isIn(laptop)).toBe(false);
      expect(lines('session.ended')).toMatchObject([{ why: 'access_denied', sub }]);
    });

    it('F62 F63 with Logto away the person stays, and it is asked again in a minute, not at each page', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const { sub, laptop } = await somebody('while_away');
      app.logto.failNext('token', { status: 500 }, 9);
      await app.logto.changeUser(sub, { name: 'Somebody' });
      app.logto.resetCalls();
      for (let page = 0; page < 3; page += 1) await laptop.get(app.url);
      expect(app.logto.calls.token).toBe(1);
      app.logto.heal();
      vi.setSystemTime(Date.now() + MINUTE);
      await laptop.get(app.url);
      expect(app.logto.calls.token).toBe(2);
      expect((await laptop.get(app.url)).body).toContain('Somebody');
      expect(app.logto.calls.token).toBe(2);
    });

    it('F62 a sign-in that had asked before the change asks again at its next page', async () => {
      const { sub } = app.logto.users.register('comes-now');
      const browser = app.browser();
      const choice = { as: 'comes-now', via: 'username' } as const;
      const callback = await app.upToCallback(browser, '/sign-in', choice);
      app.logto.resetCalls();
      // Logto has answered, and there is no session yet.
      const hang = faults.hang((command) => command === 'createSession');
      const signingIn = browser.get(callback);
      await eventually(() => expect(hang.count()).toBe(1));
      await send(said('User.Data.Updated', { data: { id: sub } })).expect(204);
      faults.heal();
      await signingIn;
      // For the code, and at the page after it.
      expect(app.logto.calls.token).toBe(2);
      expect(await people.isIn(browser)).toBe(true);
      expect(app.logto.calls.token).toBe(2);
    });

    it('F62 a refresh that had asked before the change does not take the mark away', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const { sub, laptop } = await somebody('meanwhile');
      vi.setSystemTime(Date.now() + 11 * MINUTE);
      app.logto.resetCalls();
      const release = app.logto.holdNext('token');
      const page = laptop.get(app.url);
      await eventually(() => expect(app.logto.calls.token).toBe(1));
      await app.logto.changeUser(sub, { name: 'Somebody else' });
      release();
      await page;
      await laptop.get(app.url);
      expect(app.logto.calls.token).toBe(2);
      await laptop.get(app.url);
      expect(app.logto.calls.token).toBe(2);
    });
  });

  describe('S63 each acts once, and an old one ends nothing', () => {
    it('S63 a repeat is answered and changes nothing', async () => {
      const { sub, signIn } = await somebody('repeated');
      const body = suspended(sub);
      await send(body).expect(204);
      const back = await signIn();
      await send(body).expect(204);
      expect(await people.isIn(back)).toBe(true);
      expect(lines('webhook.received').map(({ outcome }) => outcome)).toEqual([
        'ended',
        'repeated',
      ]);
    });

    it.each([
      ['old', -6],
      ['from the future', 6],
    ])(
      'S63 one that is %s: 400 with the difference, nothing ends, that person is rechecked',
      async (_what, minutes) => {
        vi.useFakeTimers({ toFake: ['Date'] });
        const { sub, laptop } = await somebody(`stale_${Math.abs(minutes - 1)}`);
        const createdAt = new Date(Date.now() + minutes * MINUTE).toISOString();
        const body = said('User.Deleted', { createdAt, params: { userId: sub } });
        const answer = await send(body).expect(400);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(answer.headers['cache-control']).toBe('no-store');
        const { clockDifferenceSeconds, detail } = JSON.parse(answer.text);
        expect(clockDifferenceSeconds).toBe(minutes * 60);
        expect(detail).toContain('set both clocks');
        app.logto.resetCalls();
        expect(await people.isIn(laptop)).toBe(true);
        expect(app.logto.calls.token).toBe(1);
        // And no more than once, though it is refused each time.
        await send(body).expect(400);
        expect(await people.isIn(laptop)).toBe(true);
        expect(app.logto.calls.token).toBe(1);
        expect(lines('session.ended')).toEqual([]);
      },
    );

    it('S63 five minutes are accepted', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const { sub, laptop } = await somebody('just_in_time');
      const createdAt = new Date(Date.now() - 5 * MINUTE).toISOString();
      await send(said('User.Deleted', { createdAt, params: { userId: sub } })).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
    });
  });

  describe('S62 only what our Logto has signed', () => {
    it.each([
      ['none', ''],
      ['of another key', sign(said('x'), OTHER_KEY)],
      ['of another body', sign('{}')],
      ['in capitals', sign(said('User.Deleted')).toUpperCase()],
      ['with a prefix', `sha256=${sign('{}')}`],
      ['cut', sign('{}').slice(1)],
    ])(
      'S62 a signature that is %s: 403, nothing changes, and the log has no content',
      async (_what, signature) => {
        const { sub, laptop } = await somebody(
          `forged_${signature.slice(0, 5)}${signature.length}`,
        );
        const body = said('User.Deleted', { params: { userId: sub }, data: { name: 'Sesame' } });
        const answer = await send(body, { 'logto-signature-sha-256': signature }).expect(403);
        expect(JSON.parse(answer.text)).toMatchObject({ status: 403, reason: 'invalid_webhook' });
        expect(await people.isIn(laptop)).toBe(true);
        expect(lines('webhook.refused')).toHaveLength(1);
        expect(JSON.stringify(app.logs)).not.toMatch(/Sesame|User\.Deleted/);
        if (signature) expect(JSON.stringify(app.logs)).not.toContain(signature);
      },
    );

    it('S62 of the bytes as they came, with names in any script', async () => {
      const { sub, laptop } = await somebody('any_script');
      const body = said('User.Deleted', { data: { id: sub, name: 'Zoë 🤗' } });
      await send(body.replace('"event"', ' "event"')).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
    });

    it('S62 under whatever type the operator gives it', async () => {
      const { sub, laptop } = await somebody('other_type');
      const body = said('User.Deleted', { params: { userId: sub } });
      await send(body, { 'content-type': 'application/x-www-form-urlencoded' }).expect(204);
      expect(await people.isIn(laptop)).toBe(false);
    });

    it('S62 no page of ours need have sent it, and no cookie counts', async () => {
      const { sub, laptop } = await somebody('cross_site');
      const body = said('User.Deleted', { params: { userId: sub } });
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const answer = await send(body, headers).expect(204);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(await people.isIn(laptop)).toBe(false);
    });

    it.each(['get', 'head', 'put', 'delete', 'options'] as const)(
      'S62 %s is answered 405 with Allow: Logto follows redirects by GET',
      async (method) => {
        const answer = await request(app.url)[method]('/hooks/logto').expect(405);
        expect(answer.headers.allow).toBe('POST');
        expect(lines('webhook.refused')).toMatchObject([{ reason: 'method_not_allowed' }]);
        if (method === 'get') expect(answer.text).toContain('look for one on the way');
      },
    );

    it.each(['/hooks/logto/', '/Hooks/logto', '/hooks//logto', '/hooks/logto/x'])(
      'S62 %s is no such route',
      async (path) => {
        const body = said('x');
        const headers = { 'logto-signature-sha-256': sign(body), 'sec-fetch-site': 'same-origin' };
        await request(app.url).post(path).set(headers).send(body).expect(404);
      },
    );
  });

  describe('what is no use', () => {
    it.each([
      'PostSignIn',
      'User.Created',
      'Organization.Data.Updated',
      'Something.New',
      '__proto__',
      'constructor',
    ])('the event %s: 204', async (event) => {
      await send(said(event, { data: { id: 'x' } })).expect(204);
      expect(lines('webhook.received')).toMatchObject([{ outcome: 'ignored', webhook: 'other' }]);
    });

    it('Logto’s test of a webhook, of any event: 204; with clocks that differ 400 says so', async () => {
      const test = { params: { id: 'fake-id' }, data: { result: 'success' } };
      for (const event of ['User.Deleted', 'User.SuspensionStatus.Updated', 'Role.Deleted']) {
        await send(said(event, test)).expect(204);
      }
      expect(lines('webhook.received').map(({ outcome }) => outcome)).toEqual(
        Array(3).fill('ignored'),
      );
      const createdAt = new Date(Date.now() - 6 * MINUTE).toISOString();
      const answer = await send(said('User.Deleted', { ...test, createdAt })).expect(400);
      expect(answer.text).toContain('clockDifferenceSeconds');
    });

    it.each([
      ['no JSON', 'x'],
      ['nothing', ''],
      ['a list', '[]'],
      ['no event', '{"createdAt":"2026-11-26T15:40:54.100Z"}'],
      ['no time', '{"event":"User.Deleted","params":{"userId":"x"}}'],
      ['no user', said('User.Deleted', { params: { userId: '' }, data: { id: 7 } })],
      ['no ids', said('Organization.Membership.Updated', { removedUserIds: [7] })],
    ])('signed, and it has %s: 400 says what', async (_what, body) => {
      const answer = await send(body).expect(400);
      expect(JSON.parse(answer.text).detail).toMatch(/The body|is missing/);
      expect(lines('webhook.refused')).toHaveLength(1);
    });
  });
});

it('F60 with Logto hanging the answer comes all the same, and tokens are revoked after it', async () => {
  const app = await startDoorstep({ environment: WITH_WEBHOOK });
  const people = peopleAt(app);
  const browser = await app.signedInBrowser();
  const sub = await people.claim(browser, 'sub');
  const release = app.logto.holdNext('revocation');
  expect((await app.logto.suspend(sub))?.status).toBe(204);
  expect(await people.isIn(browser)).toBe(false);
  await eventually(() => expect(app.logto.calls.revocation).toBe(1));
  release();
  await app.close();
});

describe('S62 keys', () => {
  it('S62 several, so that it can be changed without losing one', async () => {
    const environment = { LOGTO_WEBHOOK_SIGNING_KEY: `${OTHER_KEY}, ${WEBHOOK_KEY}` };
    const app = await startDoorstep({ environment });
    const people = peopleAt(app);
    for (const signingKey of [OTHER_KEY, WEBHOOK_KEY]) {
      const browser = await app.signedInBrowser();
      const sub = await people.claim(browser, 'sub');
      app.logto.setWebhook({ url: `${app.url}/hooks/logto`, signingKey });
      expect((await app.logto.suspend(sub))?.status).toBe(204);
      expect(await people.isIn(browser)).toBe(false);
      app.logto.users.update(sub, { isSuspended: false });
    }
    await app.close();
  });

  it('S62 without one there is no such route', async () => {
    const app = await startDoorstep();
    const send = () => request(app.url).post('/hooks/logto').set('sec-fetch-site', 'same-origin');
    await send().send('{}').expect(404);
    await request(app.url).get('/hooks/logto').expect(404);
    await app.close();
  });
});

describe('S62 the rate limit counts refused ones only', () => {
  it('S62 bad ones end in 429 with Retry-After, and good ones from there go on being accepted', async () => {
    const environment = WITH_WEBHOOK;
    const app = await startDoorstep({ environment, limits: { webhookFailures: 3 } });
    const send = (body: string, key: string) =>
      request(app.url)
        .post('/hooks/logto')
        .set('logto-signature-sha-256', sign(body, key))
        .send(body);
    const createdAt = new Date().toISOString();
    const good = (id: number) =>
      send(
        JSON.stringify({ event: 'User.Deleted', createdAt, data: { id: `nobody${id}` } }),
        WEBHOOK_KEY,
      );
    for (let round = 0; round < 3; round += 1) await send('{}', OTHER_KEY).expect(403);
    const limited = await send('{}', OTHER_KEY).expect(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, id) => good(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(204));
    expect(app.logs.filter(({ event }) => event === 'webhook.refused')).toHaveLength(4);
    await app.close();
  });
});

describe('S65 bounds', () => {
  it('S65 a body of up to 1 MB, and none that is larger or compressed', async () => {
    const app = await startDoorstep({ environment: WITH_WEBHOOK });
    const send = (body: string | Buffer, headers = {}) =>
      request(app.url)
        .post('/hooks/logto')
        .set({ 'logto-signature-sha-256': sign(String(body)), ...headers })
        .send(body);
    const body = (length: number) => JSON.stringify({ event: 'x', fill: 'x'.repeat(length) });
    await send(body(1_000_000)).expect(204);
    await send(body(1_100_000)).expect(413);
    await send(body(10), { 'content-encoding': 'gzip' }).expect(415);
    await app.close();
  });

  it('F63 S65 with Redis hanging the answer is 503 after 2 seconds, and the work is done all the same', async () => {
    const faults = new RedisFaults();
    const wrapRedis = faults.wrap;
    const app = await startDoorstep({
      environment: WITH_WEBHOOK,
      wrapRedis,
      webhookAnswerMs: 2000,
    });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    const sub = await people.claim(browser, 'sub');
    const hang = faults.hang(
      (command, key) => command === 'psetex' && key.startsWith('user-ended:'),
    );
    const answer = await app.logto.suspend(sub);
    expect(answer?.status).toBe(503);
    expect(answer?.body).toContain('within 2 seconds');
    expect(app.logs.filter(({ event }) => event === 'webhook.late')).toHaveLength(1);
    hang.release();
    await eventually(async () => expect(await people.isIn(browser)).toBe(false));
    await eventually(() =>
      expect(app.logs.filter(({ event }) => event === 'webhook.received')).toHaveLength(1),
    );
    await app.close();
  });

  it('F63 with Redis failing it is tried again, since Logto sends it only once', async () => {
    const faults = new RedisFaults();
    const wrapRedis = faults.wrap;
    const app = await startDoorstep({ environment: WITH_WEBHOOK, wrapRedis, webhookAnswerMs: 500 });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    const sub = await people.claim(browser, 'sub');
    faults.fail((_command, key) => key.startsWith('user-ended:'));
    expect((await app.logto.suspend(sub))?.status).toBe(503);
    faults.heal();
    await eventually(async () => expect(await people.isIn(browser)).toBe(false));
    await app.close();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { peopleAt, reasonOn } from '../../harness/people.ts';
import { RedisFaults } from '../../harness/redis-faults.ts';

const WAY_BACK = '/account?tab=é';
const START_AGAIN = `return_to=${encodeURIComponent('/account?tab=%C3%A9')}`;

describe('an error page knows how far the request got', () => {
  let app: Doorstep;
  let faults: RedisFaults;
  beforeEach(async () => {
    faults = new RedisFaults();
    app = await startDoorstep({
      wrapRedis: faults.wrap,
      environment: { LOGTO_TIMEOUT_SECONDS: '2' },
      limits: { signIn: 1e9, callback: 2, backchannelFailures: 1e9 },
    });
  });
  afterEach(() => app.close());

  const atLogto = async (browser = app.browser()) => {
    const path = `/sign-in?return_to=${encodeURIComponent(WAY_BACK)}`;
    return { browser, callback: await app.upToCallback(browser, path) };
  };

  /** Nothing of the address may be in the page: a code in it could be carried away. */
  const expectFreshSignIn = (body: string, callback: string) => {
    expect(body).toContain(START_AGAIN);
    expect(body).not.toMatch(/href="[^"]*callback/);
    const { searchParams } = new URL(callback);
    for (const name of ['code', 'state']) {
      const value = searchParams.get(name);
      if (value) expect(body, name).not.toContain(value);
    }
  };

  it.each<[string, Parameters<Doorstep['logto']['failNext']>[1], number, string]>([
    ['is reset', 'reset', 503, 'logto_unavailable'],
    ['hangs', 'hang', 503, 'logto_unavailable'],
    ['says 503', { status: 503 }, 503, 'logto_unavailable'],
    ['breaks off', 'garbage', 503, 'logto_unavailable'],
    [
      'says invalid_client',
      { status: 401, body: { error: 'invalid_client' } },
      502,
      'logto_refused',
    ],
    ['says nothing of use', { status: 200, body: {} }, 400, 'id_token_invalid'],
  ])(
    'C47 the token endpoint %s: a fresh sign-in that keeps the way back',
    async (_what, fault, status, reason) => {
      const { browser, callback } = await atLogto();
      app.logto.failNext('token', fault);
      const page = await browser.get(callback);
      expect([page.status, reasonOn(page)]).toEqual([status, reason]);
      expectFreshSignIn(page.body, callback);
      expect(app.logs.filter(({ event }) => event === 'sign_in.failed')).toMatchObject([
        { reason },
      ]);
    },
  );

  it.each([
    ['when the state is consumed', 'set', 'used-state:'],
    ['after it', 'addToUserIndex', 'user-sessions:'],
    ['when the record is written', 'createSession', 'session:'],
  ])(
    'C47 Redis fails once %s: a fresh sign-in that keeps the way back',
    async (_when, failing, prefix) => {
      const { browser, callback } = await atLogto();
      faults.fail((command, key) => command === failing && key.startsWith(prefix));
      const page = await browser.get(callback);
      expect([page.status, reasonOn(page)]).toEqual([503, 'session_store_unavailable']);
      expectFreshSignIn(page.body, callback);
      expect(page.body).not.toContain('You have not been signed out');
      faults.heal();
      const again = /href="(\/sign-in[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
      expect((await browser.get(await app.upToCallback(browser, again))).url).toBe(
        `${app.url}/account?tab=%C3%A9`,
      );
    },
  );

  it('C47 Redis fails before the session of old is read: no code in the page either', async () => {
    const { browser, callback } = await atLogto(await app.signedInBrowser());
    faults.fail(() => true);
    const page = await browser.get(callback);
    expect(page.status).toBe(503);
    expectFreshSignIn(page.body, callback);
    const problem = await browser.get(callback, { headers: { accept: 'application/json' } });
    expect(problem.body).not.toContain(new URL(callback).searchParams.get('code') ?? '');
    expect(JSON.parse(problem.body)).toMatchObject({ reason: 'session_store_unavailable' });
  });

  it('C47 the old session was ended and the new one can’t be kept: nobody is shown as signed in', async () => {
    const { browser, callback } = await atLogto(await app.signedInBrowser());
    faults.fail((command, key) => command === 'addToUserIndex' && key.startsWith('user-sessions:'));
    const page = await browser.get(callback);
    expectFreshSignIn(page.body, callback);
    expect(page.body).not.toMatch(/still signed in|action="\/sign-out"|not been signed out/);
  });

  it('C47 too many callbacks: the way back is kept there too', async () => {
    const { browser, callback } = await atLogto();
    await app.browser().get(`${app.url}/callback`);
    await app.browser().get(`${app.url}/callback`);
    const page = await browser.get(callback);
    expect(page.status).toBe(429);
    expectFreshSignIn(page.body, callback);
  });

  it.each([null, ''])(
    'C48 a callback whose iss was cut off (%j) says so, and keeps the way back',
    async (iss) => {
      const { browser, callback } = await atLogto();
      const url = new URL(callback);
      if (iss === null) url.searchParams.delete('iss');
      else url.searchParams.set('iss', iss);
      const page = await browser.get(url.href);
      expect([page.status, reasonOn(page)]).toEqual([400, 'issuer_missing']);
      expect(page.body).not.toContain('somebody other');
      expect(page.body).toContain('<code>iss</code>');
      expectFreshSignIn(page.body, callback);
      // Nothing was consumed: the whole address still signs in.
      expect((await browser.get(callback)).url).toBe(`${app.url}/account?tab=%C3%A9`);
    },
  );

  it.each(['code', 'iss'])(
    'C48 a callback with a wrong or missing %s keeps the way back',
    async (name) => {
      const { browser, callback } = await atLogto();
      const url = new URL(callback);
      if (name === 'code') url.searchParams.delete(name);
      else url.searchParams.set(name, 'https://evil.example/oidc');
      const page = await browser.get(url.href);
      expect(page.status).toBe(400);
      expectFreshSignIn(page.body, callback);
    },
  );

  it('C49 signing out, Redis dies after the record is deleted: signed out, and the token is revoked', async () => {
    const browser = await app.signedInBrowser();
    const [id = ''] = await app.stored.keys('session:*');
    const deleted = () =>
      faults.asked.some(
        ({ command, key }) => command === 'endSessionBuffer' && key.startsWith('session:'),
      );
    faults.fail(
      (command, key) =>
        deleted() && !(command === 'endSessionBuffer' && key.startsWith('session:')),
    );
    app.logto.resetCalls();
    const page = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    expect(page.status).toBe(303);
    expect(page.headers.getSetCookie().join()).toMatch(/doorstep=;/);
    expect(app.logto.calls.revocation).toBe(1);
    faults.heal();
    expect(await app.stored.keys('session:*')).not.toContain(id);
    expect((await browser.get(app.url)).body).toContain('You are signed out.');
  });

  it('C49 signing out, and whether the record is deleted can’t be known: nothing else is said', async () => {
    const browser = await app.signedInBrowser();
    faults.fail((command, key) => command === 'endSessionBuffer' && key.startsWith('session:'));
    const page = await browser.post(`${app.url}/sign-out`, {});
    expect(page.status).toBe(503);
    expect(page.body).not.toMatch(/You have not been signed out|We ended nothing/);
    expect(page.body).toContain('You may still be signed in');
    expect(page.body).toContain('href="/sign-out"');
    faults.heal();
    await browser.get(`${app.url}/sign-out`);
    await browser.submit();
    expect((await browser.get(app.url)).body).toContain('You are signed out.');
  });

  it('C49 signing out, and Logto answers with what nobody expected: still signed out', async () => {
    const browser = await app.signedInBrowser();
    app.logto.failNext('revocation', { status: 429 });
    const page = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    expect(page.status).toBe(303);
    expect((await browser.get(app.url)).body).toContain('You are signed out');
  });

  it('C49 ending another device, Redis fails after its record is deleted: it has ended', async () => {
    const people = peopleAt(app);
    const [here, there] = [await app.signedInBrowser(), await app.signedInBrowser()];
    const list = await here.get(`${app.url}/sessions`);
    const action = /action="(\/sessions\/[^"]*\/end)"/.exec(list.body)?.[1] ?? '';
    faults.fail((command) => command === 'leaveIndex');
    app.logto.resetCalls();
    const page = await here.post(app.url + action, {});
    expect(page.body).toContain('has to sign in again');
    faults.heal();
    expect(await people.isIn(there)).toBe(false);
    expect(await people.isIn(here)).toBe(true);
    await expect.poll(() => app.logto.calls.revocation).toBe(1);
  });

  it.each(['/sessions/end-others'])(
    'C49 a change that may have been made halfway (%s) is not called none',
    async (path) => {
      const browser = await app.signedInBrowser();
      await app.signedInBrowser();
      faults.fail((command, key) => command === 'endSessionBuffer' && key.startsWith('session:'));
      const page = await browser.post(app.url + path, {});
      expect(page.status).toBe(503);
      expect(page.body).not.toMatch(/We ended nothing|[Nn]othing was changed/);
      expect(page.body).toContain('may or may not have been done');
    },
  );
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT } from '../../harness/doorstep.ts';
import { encoded, queryOf } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';
import type { Answer } from '../../harness/wire.ts';

const PARAMETERS = ['return_to', 'direct_sign_in', 'login_hint', 'ui_locales', 'prompt'];
/** What Logto may be told, and nothing else. */
const SENT_ON = new Set([
  ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'prompt'],
  ...['code_challenge', 'code_challenge_method'],
  ...['direct_sign_in', 'login_hint', 'ui_locales', 'first_screen'],
]);
/** Goes with the header limit of node: nothing of ours is reached. */
const TOO_LONG = 431;

describe('hostile sign-ins', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.close());

  const pendingOf = (answer: Answer) =>
    (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
  const stateOf = (answer: Answer) =>
    new URL(answer.headers.location ?? '').searchParams.get('state') ?? '';

  it('S27 S31 whatever a link to /sign-in says, it leads to Logto as ours, or is a 400', async () => {
    const paths = fc.tuple(fc.constantFrom('/sign-in', '/sign-up'), queryOf(PARAMETERS));
    await siege.attack(paths, async ([path, query]) => {
      const answer = await siege.ask({ path: `${path}?${query}` });
      if (answer.status === TOO_LONG) return siege.noAttack();
      const cookies = pendingOf(answer);
      if (answer.status !== 303) {
        expect([answer.status, cookies]).toEqual([400, []]);
        return;
      }
      expect(cookies).toHaveLength(1);
      expect(cookies[0]).toMatch(/^doorstep-sign-in\.[\w.-]+=[\w-]+$/);
      const { origin, pathname, searchParams } = new URL(answer.headers.location ?? '');
      expect(origin + pathname).toBe(`${siege.app.logto.issuer}/auth`);
      expect(searchParams.getAll('client_id')).toEqual([CLIENT.id]);
      expect(searchParams.getAll('redirect_uri')).toEqual([`${siege.app.url}/callback`]);
      expect(searchParams.getAll('code_challenge_method')).toEqual(['S256']);
      expect(searchParams.getAll('state')).toHaveLength(1);
      for (const name of searchParams.keys()) expect(SENT_ON).toContain(name);
    });
  });

  /** Logto's own answer, for anybody; so that a case doesn't need a walk through its pages. */
  const tokensForMallory = async () => ({
    access_token: 'opaque',
    token_type: 'Bearer',
    expires_in: 3600,
    id_token: await siege.app.logto.mintLogoutToken({
      claims: { sub: 'mallory', events: undefined, jti: undefined },
      header: { typ: undefined },
    }),
  });

  it('C10 S27 S31 no way back leads off the site or to a page of signing in', async () => {
    const { app } = siege;
    await siege.probe(encoded, async (wanted) => {
      const started = await siege.ask({ path: `/sign-in?return_to=${wanted}` });
      if (started.status === TOO_LONG) return siege.noAttack();
      // A careless "&" begins another parameter, which may not hold.
      if (started.status === 400) return siege.noAttack();
      app.logto.failNext('token', { status: 200, body: await tokensForMallory() });
      const query = `state=${stateOf(started)}&code=x&iss=${encodeURIComponent(app.logto.issuer)}`;
      const finished = await siege.ask({
        path: `/callback?${query}`,
        headers: [['Cookie', pendingOf(started).join('; ')]],
      });
      expect(finished.status).toBe(303);
      const location = finished.headers.location ?? '';
      expect(location).toMatch(/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/);
      const { origin, pathname } = new URL(location, app.url);
      expect(origin).toBe(app.url);
      expect(pathname).not.toMatch(/^\/(sign-(in|up|out)|callback|backchannel-logout)(\/|$)/i);
      expect(location.length).toBeLessThanOrEqual(2048);
    });
  });
});

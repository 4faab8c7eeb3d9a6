import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoded, queryOf } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';

/** Goes with the header limit of node: nothing of ours is reached. */
const TOO_LONG = 431;

describe('hostile sign-in links', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.close());

  it('F70 C8 whatever a link says, it opens, or is a 400, and signs nobody in or out', async () => {
    const queries = fc.oneof(
      queryOf(['one_time_token', 'login_hint', 'direct_sign_in', 'return_to']),
      fc
        .tuple(fc.constantFrom('abc', 'a'.repeat(64)), encoded, encoded)
        .map(([token, name, host]) => `one_time_token=${token}&login_hint=${name}@${host}`),
    );
    const cookie = `doorstep=${siege.ada.cookie}`;
    await siege.attack(queries, async (query) => {
      const path = `/sign-in/link?${query}`;
      const answer = await siege.ask({ path, headers: [['Cookie', cookie]] });
      if (answer.status === TOO_LONG) return siege.noAttack();
      const cookies = answer.headers['set-cookie'] ?? [];
      if (cookies.length === 0) {
        // Without either parameter it is the page, and Ada has opened no link: home.
        expect([303, 400]).toContain(answer.status);
        if (answer.status === 303) expect(answer.headers.location).toBe('/');
        return;
      }
      expect([answer.status, answer.headers.location]).toEqual([303, '/sign-in/link']);
      const [opened = ''] = cookies[0]?.split(';') ?? [];
      expect(opened).toMatch(/^doorstep-link=[\w-]+$/);
      const page = await siege.ask({
        path: '/sign-in/link',
        headers: [['Cookie', `${cookie}; ${opened}`]],
      });
      expect(page.status).toBe(200);
      expect(page.body).not.toMatch(/<script>|<img src=x/);
    });
  });

  it('F70 S26 no form but that of the page begins a sign-in', async () => {
    const { app, ada } = siege;
    const { token } = app.logto.oneTimeTokens.mint('ada@example.org');
    const link = await siege.ask({
      path: `/sign-in/link?one_time_token=${token}&login_hint=ada@example.org`,
    });
    const [opened = ''] = link.headers['set-cookie']?.[0]?.split(';') ?? [];
    await siege.attack(fc.tuple(encoded, queryOf(['nonce'])), async ([nonce, more]) => {
      const answer = await siege.ask({
        method: 'POST',
        path: '/sign-in/link',
        headers: [
          ['Cookie', `doorstep=${ada.cookie}; ${opened}`],
          ['Sec-Fetch-Site', 'same-origin'],
          ['Content-Type', 'application/x-www-form-urlencoded'],
        ],
        body: `nonce=${nonce}&${more}`,
      });
      expect([400, 413]).toContain(answer.status);
      expect(answer.headers['set-cookie']).toBeUndefined();
    });
    expect(app.logto.oneTimeTokens.find(token)?.status).toBe('active');
  });
});

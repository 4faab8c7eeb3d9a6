import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoded, queryOf } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';
import type { Header } from '../../harness/wire.ts';

/** What becomes of a parameter. No code is ever good: nobody has been to Logto. */
type Fate =
  | { kind: 'right' | 'missing' | 'doubled' | 'empty' | 'bracketed' | 'upper case' }
  | { kind: 'huge'; length: number }
  | { kind: 'other'; value: string };

const fate: fc.Arbitrary<Fate> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        'right',
        'right',
        'right',
        'missing',
        'doubled',
        'empty',
        'bracketed',
        'upper case',
      )
      .map((kind): Fate => ({ kind })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1000, max: 9000 })
      .map((length): Fate => ({ kind: 'huge', length })),
  },
  { weight: 3, arbitrary: encoded.map((value): Fate => ({ kind: 'other', value })) },
);

function written(name: string, right: string, fated: Fate): string[] {
  switch (fated.kind) {
    case 'right':
      return [`${name}=${right}`];
    case 'missing':
      return [];
    case 'doubled':
      return [`${name}=${right}`, `${name}=${right}`];
    case 'empty':
      return [`${name}=`];
    case 'bracketed':
      return [`${name}[]=${right}`];
    case 'upper case':
      return [`${name.toUpperCase()}=${right}`];
    case 'huge':
      return [`${name}=${'x'.repeat(fated.length)}`];
    case 'other':
      return [`${name}=${fated.value}`];
  }
}

const attempt = fc.record({
  state: fate,
  code: fate,
  iss: fate,
  error: fc.option(fate, { nil: null }),
  more: queryOf(['error_description', 'session_state', 'id_token', 'access_token', 'return_to']),
  reversed: fc.boolean(),
  signedIn: fc.boolean(),
});

describe('hostile callbacks', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.close());

  it('S15 S20 S32 any parameter missing, doubled, huge or odd: a 400, or home for who is in', async () => {
    const { app, ada } = siege;
    await siege.attack(attempt, async ({ state, code, iss, error, more, reversed, signedIn }) => {
      const started = await siege.ask({ path: '/sign-in?return_to=/account' });
      const right = new URL(started.headers.location ?? '').searchParams.get('state') ?? '';
      const pending = started.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      const parts = [
        ...written('state', right, state),
        ...written('code', 'never-issued', code),
        ...written('iss', encodeURIComponent(app.logto.issuer), iss),
        ...(error ? written('error', 'access_denied', error) : []),
        more,
      ];
      const query = (reversed ? parts.reverse() : parts).join('&');
      const cookie = signedIn ? `${pending}; doorstep=${ada.cookie}` : pending;
      const headers: Header[] = [
        ['Accept', 'text/html'],
        ['Cookie', cookie],
      ];
      const answer = await siege.ask({ path: `/callback?${query}`, headers });
      // 431 is node's, for what is too long to be looked at.
      if (answer.status === 303) expect([signedIn, answer.headers.location]).toEqual([true, '/']);
      else expect([400, 431]).toContain(answer.status);
      for (const line of answer.headers['set-cookie'] ?? []) expect(line).not.toMatch(/^doorstep=/);
      expect(answer.body).not.toContain(right);
    });
  });
});

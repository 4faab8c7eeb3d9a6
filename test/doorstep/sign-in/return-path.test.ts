import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PATHS } from '../../../src/doorstep/sign-in/paths.ts';
import { returnPath as returnPathFor } from '../../../src/doorstep/sign-in/return-path.ts';
import { fuzzRuns } from '../../harness/fuzz.ts';

const returnPath = (wanted: string | undefined) =>
  returnPathFor(wanted, Object.values(DEFAULT_PATHS));

describe('the way back', () => {
  it.each([
    ['/account', '/account'],
    ['/account?x=1&y=é', '/account?x=1&y=%C3%A9'],
    ['/a/../b', '/b'],
    ['/books#new', '/books#new'],
    ['/sign-in-help', '/sign-in-help'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
  ])('C10 %s comes back exactly', (wanted, path) => {
    expect(returnPath(wanted)).toEqual({ path, tooLong: null });
  });

  it.each([
    undefined,
    '',
    'account',
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/a\u0000b',
    '/a\u0085b',
    '/.//evil.example',
    '/a/..//evil.example',
    'javascript:alert(1)',
    `/${'a'.repeat(2048)}`,
    `/${'é'.repeat(342)}`,
    '/sign-in',
    '/Sign-Out/',
    '/%73ign-out',
    '/callback?code=x',
    '/sign-up/x',
    '/sign-in/link?one_time_token=x&login_hint=a@b',
    '/sign-in%2Flink',
    '/%E0%A4%A',
  ])('C10 S27 S31 %j never does', (wanted) => {
    expect(returnPath(wanted).path).toBe('/');
  });

  it.each(['/Log-In', '/log-in/', '/LOG-IN/%4cink', '/log-in/link/'])(
    'C10 %s never does, where the app has chosen such paths',
    (wanted) => {
      expect(returnPathFor(wanted, ['/Log-In', '/log-in/Link/']).path).toBe('/');
    },
  );

  it('C10 S27 whatever is asked for, the browser stays on this site', () => {
    const base = 'https://app.example';
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }).map((text) => `/${text}`),
      fc
        .array(
          fc.constantFrom(
            '/',
            '\\',
            '.',
            ':',
            '@',
            '\t',
            '\r',
            '%2f',
            '%5c',
            '?',
            '#',
            'evil.example',
          ),
        )
        .map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(hostile, (wanted) => {
        const { path, tooLong } = returnPath(wanted);
        expect(path.startsWith('/')).toBe(true);
        expect(new URL(path, base).origin).toBe(base);
        expect(Buffer.byteLength(path)).toBeLessThanOrEqual(2048);
        expect(path).toMatch(/^[\x21-\x7e]+$/);
        expect(returnPath(path)).toEqual({ path, tooLong: null });
        if (tooLong) expect(tooLong.bytes).toBeGreaterThan(2048);
      }),
      { numRuns: fuzzRuns },
    );
  });
});

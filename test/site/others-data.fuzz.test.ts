import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { fuzzRuns } from '../harness/fuzz.ts';

/** Pages are some 10 kB; this much is room for whatever a bound allows. */
const MAX_PAGE_BYTES = 120_000;
const RECHECK_MS = 11 * 60_000;
const PAGES = ['/', '/account', '/organizations', '/books', '/sessions'];

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\ud800',
    'x\udfff',
    '\u202eevil',
    '<script>alert(1)</script>',
    '"><img src=x>',
    'constructor',
    'a/../b?c#d',
    '..',
    'https://huggingface.co/<script>',
    'javascript:alert(1)',
    'W'.repeat(10_000),
    'e\u0301'.repeat(5_000),
    `e${'\u0301'.repeat(10_000)}`,
    'א'.repeat(3_000),
  ),
);
const wide = fc.constantFrom(0, -1, 1e15, 8.64e15, 8.64e15 + 1, 1e300, -1e300, Number.MAX_VALUE);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const organization = fc.record({ id: nasty, name: nasty, description: maybe(nasty) });
const world = fc.record({
  claims: fc.record({
    name: maybe(nasty),
    username: maybe(nasty),
    picture: maybe(nasty),
    email: maybe(nasty),
    created_at: wide,
    updated_at: wide,
    auth_time: wide,
    roles: fc.array(nasty, { maxLength: 60 }),
    constructor: nasty,
  }),
  extra: fc.dictionary(nasty, nasty, { maxKeys: 200 }),
  raw: fc.record({
    preferred_username: maybe(nasty),
    profile: maybe(fc.oneof(nasty, fc.constant('https://huggingface.co/ada-l'))),
    orgs: fc.array(fc.record({ name: maybe(nasty), preferred_username: maybe(nasty) }), {
      maxLength: 60,
    }),
  }),
  organizations: fc.uniqueArray(organization, { maxLength: 80, selector: ({ id }) => id }),
});

describe('S52 what others wrote, on real pages', () => {
  let app: Doorstep;
  let current: typeof world extends fc.Arbitrary<infer World> ? World | null : never = null;

  beforeAll(async () => {
    const direct = fetch;
    vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
      const answer = await direct(...args);
      if (!current || !String(args[0]).endsWith('/oidc/me')) return answer;
      const { raw, organizations } = current;
      const told = z.looseObject({}).parse(await answer.json());
      return Response.json({
        ...told,
        identities: {
          huggingface: { userId: 'u', details: { rawData: raw } },
          [raw.profile ?? '']: { userId: 'v' },
        },
        organizations: organizations.map(({ id }) => id),
        organization_roles: organizations.map(({ id, name }) => `${id}:${name}`),
        organization_data: organizations,
      });
    });
    app = await startDoorstep({ environment: WHOLE_SITE });
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterAll(async () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    await app.close();
  });

  it('S52 is escaped and bounded, and every page is there', async () => {
    const browser = await app.signedInBrowser();
    const page = async (path: string) => {
      const { status, body } = await browser.get(app.url + path);
      const failure = JSON.stringify(app.logs.find(({ level }) => Number(level) >= 50));
      expect([path, status, failure]).toEqual([path, 200, undefined]);
      expect(Buffer.byteLength(body)).toBeLessThan(MAX_PAGE_BYTES);
      expect(body).not.toMatch(/<script>|<img src=x|href="javascript:|\u202e|W{501}/);
      return body;
    };
    await fc.assert(
      fc.asyncProperty(world, async (made) => {
        current = made;
        const { organizations } = made;
        app.logto.changeIdTokens({
          ...made.extra,
          ...made.claims,
          organizations: organizations.map(({ id }) => id),
          organization_roles: organizations.map(({ id, name }) => `${id}:${name}`),
        });
        vi.setSystemTime(Date.now() + RECHECK_MS);
        for (const path of PAGES) await page(path);
      }),
      { numRuns: Math.min(fuzzRuns, 30) },
    );
  });

  it('S52 titles of books and names of devices too', async () => {
    current = null;
    app.logto.changeIdTokens(null);
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const agent = `${'Z'.repeat(400)}/1 (<script>alert(1)</script>)`;
    await browser.get(callback, { headers: { 'user-agent': agent } });
    const book = { title: `ספר\u202e${'W'.repeat(100)}`, author: '<script>alert(1)</script>' };
    expect((await browser.post(`${app.url}/books`, book)).status).toBe(200);
    const books = await browser.get(`${app.url}/books`);
    expect(books.body).toMatch(/<b dir="auto">ספרW+<\/b>/);
    expect(books.body).toContain('<bdi>&lt;script&gt;');
    for (const path of ['/books', '/sessions']) {
      const { status, body } = await browser.get(app.url + path);
      expect(status).toBe(200);
      expect(body).not.toMatch(/<script>|\u202e|Z{81}/);
    }
  });
});

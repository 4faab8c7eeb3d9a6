import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BOOKS, parseBook, Shelf, type ShelfOwner } from '../../src/books/shelf.ts';
import { InvalidInput } from '../../src/doorstep/errors.ts';
import type { RedisCommands } from '../../src/doorstep/redis/commands.ts';
import { startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { fuzzRuns } from '../harness/fuzz.ts';
import { RedisFaults } from '../harness/redis-faults.ts';
import { kinds } from '../harness/redis-kinds.ts';

const OWNER: ShelfOwner = { iss: 'https://logto.example/oidc', sub: 'ada', organizationId: null };
const BOOK = { title: 'Physical Geography', author: 'Mary Somerville' };

describe.each(kinds)('a shelf in $kind', ({ installed, start }) => {
  describe.skipIf(!installed)('keeps books', () => {
    let redis: RedisCommands;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ redis, close } = await start());
    });
    afterAll(() => close());
    const shelfOf = (owner: Partial<ShelfOwner>) =>
      new Shelf(redis, { ...OWNER, ...owner }, () => 1_795_422_521_980);

    it('RPUSH, LRANGE and LLEN: the oldest first, and nothing where nothing is', async () => {
      expect(await redis.lrange('nothing', 0, 9)).toEqual([]);
      expect(await redis.llen('nothing')).toBe(0);
      expect(await redis.rpush('list', 'a')).toBe(1);
      expect(await redis.rpush('list', 'b')).toBe(2);
      expect(await redis.lrange('list', 0, 9)).toEqual(['a', 'b']);
      expect(await redis.lrange('list', 0, 0)).toEqual(['a']);
      expect(await redis.llen('list')).toBe(2);
      expect(await redis.pttl('list')).toBe(-1);
    });

    it('lists what was added, with when, and without who', async () => {
      const added = await shelfOf({}).add(BOOK);
      expect(added).toEqual({ ...BOOK, id: added.id, addedAt: 1_795_422_521_980 });
      expect(await shelfOf({}).list()).toEqual([added]);
    });

    it('S19 is told apart by issuer, person and organization, and by nothing that collides', async () => {
      for (const other of [
        { iss: 'https://other.example/oidc' },
        { sub: 'eve' },
        { organizationId: 'ada' },
        { organizationId: '' },
        { iss: `${OWNER.iss}","person","ada`, sub: '' },
      ]) {
        expect(await shelfOf(other).list()).toEqual([]);
      }
    });

    it('an organization’s shelf is the same for all its members', async () => {
      const club = { organizationId: 'club' };
      await shelfOf(club).add(BOOK);
      expect(await shelfOf({ ...club, sub: 'eve' }).list()).toHaveLength(1);
    });

    it('S56 takes no more than it has room for, however many are added at once', async () => {
      const rushed = shelfOf({ sub: 'rushed' });
      const answers = await Promise.allSettled(
        Array.from({ length: 3 * MAX_BOOKS }, () => rushed.add(BOOK)),
      );
      const added = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []));
      expect(added).toHaveLength(MAX_BOOKS);
      expect((await rushed.list()).map(({ id }) => id).sort()).toEqual(added.sort());
      for (const one of answers)
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(InvalidInput);
    });

    it('is full at its limit, and says so', async () => {
      const full = shelfOf({ sub: 'hoarder' });
      for (let book = 0; book < MAX_BOOKS; book += 1) await full.add(BOOK);
      await expect(full.add(BOOK)).rejects.toThrow(InvalidInput);
      expect(await full.list()).toHaveLength(MAX_BOOKS);
    });
  });
});

describe('a book', () => {
  it('C21 that can’t be reached is 503 and no empty shelf', async () => {
    const faults = new RedisFaults();
    const app = await startDoorstep({ environment: WHOLE_SITE, wrapRedis: faults.wrap });
    try {
      const browser = await app.signedInBrowser();
      expect((await browser.get(`${app.url}/books`)).status).toBe(200);
      faults.fail((command) => command === 'lrange');
      const page = await browser.get(`${app.url}/books`);
      expect(page.status).toBe(503);
      expect(page.body).toContain('session_store_unavailable');
    } finally {
      await app.close();
    }
  });

  const mistakes = (input: unknown) => {
    try {
      parseBook(input);
      return {};
    } catch (error) {
      if (error instanceof InvalidInput) return error.fields;
      throw error;
    }
  };

  it('is trimmed, and keeps nothing that it was not asked for', () => {
    expect(parseBook({ title: ' A ', author: 'B\t', id: 'mine', addedBy: 'eve' })).toEqual({
      title: 'A',
      author: 'B',
    });
  });

  it.each([
    [undefined, { title: 'must be given', author: 'must be given' }],
    [[], { body: 'must be an object' }],
    ['text', { body: 'must be an object' }],
    [{ title: ['a', 'b'], author: 'c' }, { title: 'must be given' }],
    [
      { title: '', author: '\u0000' },
      { title: 'must not be empty', author: 'must be one line of text' },
    ],
    [{ title: 'a', author: 'x'.repeat(101) }, { author: 'must be at most 100 characters' }],
    [{ title: 'a', author: 'b' }, {}],
  ])('%j', (input, expected) => {
    expect(mistakes(input)).toEqual(expected);
  });

  it('takes any input without an accident, and keeps one line of text', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ title: fc.string(), author: fc.string() })),
        (input) => {
          const found = mistakes(input);
          if (Object.keys(found).length > 0) return;
          const { title, author } = parseBook(input);
          taken += 1;
          expect(`${title}${author}`).not.toMatch(/\p{Cc}/u);
          expect(title.length * author.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: fuzzRuns },
    );
    expect(taken).toBeGreaterThan(fuzzRuns / 10);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisCommands } from '../../src/doorstep/redis/commands.ts';
import type { RedisKind } from '../doorstep/redis/contract.ts';
import { eventually } from '../harness/eventually.ts';

/** The commands that a shelf takes beside those of the kit, against each of these. */
export function keepsLists(kinds: RedisKind[]): void {
  describe.each(kinds)('C19 C20 $kind', ({ installed, start }) => {
    describe.skipIf(!installed)('keeps lists', () => {
      let redis: RedisCommands;
      let close: () => Promise<void>;
      beforeAll(async () => {
        ({ redis, close } = await start());
      });
      afterAll(() => close());

      it('a list keeps its time to live when it grows, and is read from either end', async () => {
        for (const item of ['a', 'b', 'c']) await redis.rpush('growing', item);
        await redis.pexpire('growing', 50_000);
        expect(await redis.rpush('growing', 'd')).toBe(4);
        expect(await redis.pttl('growing')).toBeGreaterThan(40_000);
        expect(await redis.lrange('growing', 0, -1)).toEqual(['a', 'b', 'c', 'd']);
        expect(await redis.lrange('growing', -2, -2)).toEqual(['c']);
        expect(await redis.lrange('growing', 3, 9)).toEqual(['d']);
        expect(await redis.ltrim('growing', 0, 2)).toBe('OK');
        expect(await redis.lrange('growing', 0, -1)).toEqual(['a', 'b', 'c']);
        expect(await redis.pttl('growing')).toBeGreaterThan(40_000);
        await redis.ltrim('growing', 3, 9);
        expect(await redis.pttl('growing')).toBe(-2);
      });

      it('a list is gone after its time to live, and there is room for it again', async () => {
        for (const _time of ['once', 'again']) {
          expect(await redis.rpush('short', 'a')).toBe(1);
          expect(await redis.pexpire('short', 50)).toBe(1);
          await eventually(async () => expect(await redis.pttl('short')).toBe(-2));
          expect(await redis.llen('short')).toBe(0);
        }
      });

      it('a list stays a list, and a text a text', async () => {
        await redis.psetex('text', 5000, 'x');
        await redis.rpush('items', 'a');
        for (const refused of [
          () => redis.get('items'),
          () => redis.getBuffer('items'),
          () => redis.getexBuffer('items', 'PX', 5000),
          () => redis.releaseLock('items', 'me', '', 1000),
          () => redis.acquireLock('items', 'me', 1000, 'failed'),
          () => redis.updateSession('items', Buffer.from('x'), Buffer.from('x')),
          () => redis.readMark('items'),
          () => redis.rpush('text', 'a'),
          () => redis.lrange('text', 0, 9),
          () => redis.llen('text'),
          () => redis.ltrim('text', 0, 9),
        ])
          await expect(refused(), String(refused)).rejects.toThrow(/WRONGTYPE/);
        expect([await redis.get('text'), await redis.lrange('items', 0, 9)]).toEqual(['x', ['a']]);
        expect(await redis.pttl('items')).toBe(-1);
      });

      it('PSETEX writes over a list', async () => {
        await redis.rpush('over', 'a');
        await redis.psetex('over', 5000, 'x');
        expect(await redis.get('over')).toBe('x');
      });
    });
  });
}

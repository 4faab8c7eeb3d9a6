import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisCommands } from '../../../src/doorstep/redis/commands.ts';

/** A Redis that is to keep what the app relies on. */
export interface RedisKind {
  kind: string;
  installed: boolean;
  start(): Promise<{ redis: RedisCommands; close(): Promise<void> }>;
}

/** Every command and script of RedisCommands, against each of these. */
export function holdsTheContract(kinds: RedisKind[]): void {
  describe.each(kinds)('C19 C20 $kind', ({ installed, start }) => {
    describe.skipIf(!installed)('keeps what the app relies on', () => {
      let redis: RedisCommands;
      let close: () => Promise<void>;
      beforeAll(async () => {
        ({ redis, close } = await start());
      });
      afterAll(() => close());

      const value = Buffer.from([0, 255, 10, 13, 128]);

      it('C19 a value is written with a time to live above 0, and read back byte for byte', async () => {
        expect(await redis.set('a', value, 'PX', 5000, 'NX')).toBe('OK');
        const ttl = await redis.pttl('a');
        expect(ttl).toBeGreaterThan(4000);
        expect(ttl).toBeLessThanOrEqual(5000);
        expect(await redis.getBuffer('a')).toEqual(value);
      });

      it('NX writes only what is not there, XX only what is', async () => {
        expect(await redis.set('nx', 'first', 'PX', 5000, 'NX')).toBe('OK');
        expect(await redis.set('nx', 'second', 'PX', 5000, 'NX')).toBeNull();
        expect(await redis.get('nx')).toBe('first');
        expect(await redis.set('xx', 'first', 'PX', 5000, 'XX')).toBeNull();
        expect(await redis.get('xx')).toBeNull();
        expect(await redis.set('nx', 'third', 'PX', 5000, 'XX')).toBe('OK');
        expect(await redis.get('nx')).toBe('third');
      });

      it('GETEX reads and slides the time to live; of nothing, nothing', async () => {
        await redis.set('slide', value, 'PX', 1000, 'NX');
        expect(await redis.getexBuffer('slide', 'PX', 60_000)).toEqual(value);
        expect(await redis.pttl('slide')).toBeGreaterThan(59_000);
        expect(await redis.getexBuffer('nothing', 'PX', 60_000)).toBeNull();
        expect(await redis.pttl('nothing')).toBe(-2);
      });

      it('DEL and PEXPIRE say whether there was something', async () => {
        await redis.set('gone', 'x', 'PX', 5000, 'NX');
        expect(await redis.pexpire('gone', 9000)).toBe(1);
        expect(await redis.pttl('gone')).toBeGreaterThan(8000);
        expect(await redis.del('gone')).toBe(1);
        expect(await redis.del('gone')).toBe(0);
        expect(await redis.pexpire('gone', 9000)).toBe(0);
      });

      it('tokens are written over the generation that was read, and no other', async () => {
        const read = () => redis.hmgetBuffer('tokens', 'generation', 'sealed');
        expect(await read()).toEqual([null, null]);
        expect(await redis.writeTokens('tokens', 1, value, 5000)).toBe(0);
        expect(await redis.writeTokens('tokens', 0, value, 5000)).toBe(1);
        expect(await redis.writeTokens('tokens', 0, Buffer.from('stale'), 5000)).toBe(0);
        expect(await redis.writeTokens('tokens', 1, Buffer.from('new'), 9000)).toBe(1);
        expect(await read()).toEqual([Buffer.from('2'), Buffer.from('new')]);
        expect(await redis.pttl('tokens')).toBeGreaterThan(8000);
      });

      it('tokens are taken once, and a write after that finds nothing', async () => {
        await redis.writeTokens('taken', 0, value, 5000);
        expect(await redis.takeTokensBuffer('taken')).toEqual(value);
        expect(await redis.takeTokensBuffer('taken')).toBeNull();
        expect(await redis.writeTokens('taken', 1, value, 5000)).toBe(0);
      });

      it('a lock is released by its holder only', async () => {
        expect(await redis.acquireLock('lock', 'me', 5000, 'failed')).toBe(1);
        expect(await redis.acquireLock('lock', 'you', 5000, 'failed')).toBe(0);
        expect(await redis.releaseLock('lock', 'you', '', 1000)).toBe(0);
        expect(await redis.get('lock')).toBe('me');
        expect(await redis.releaseLock('lock', 'me', '', 1000)).toBe(1);
        expect(await redis.releaseLock('lock', 'me', '', 1000)).toBe(0);
      });

      it('a lock whose holder failed says so for a while, and can be taken', async () => {
        await redis.acquireLock('failing', 'me', 5000, 'failed');
        expect(await redis.releaseLock('failing', 'me', 'failed', 1000)).toBe(1);
        expect(await redis.get('failing')).toBe('failed');
        expect(await redis.pttl('failing')).toBeLessThanOrEqual(1000);
        expect(await redis.acquireLock('failing', 'you', 5000, 'failed')).toBe(1);
        expect(await redis.pttl('failing')).toBeGreaterThan(4000);
      });

      it('a session is written over the revision that was read, and never brought back', async () => {
        const head = Buffer.from([1, 0, 255]);
        const first = Buffer.concat([head, Buffer.from('first')]);
        const second = Buffer.from('second');
        expect(await redis.updateSession('session', head, first)).toBe(-1);
        await redis.set('session', first, 'PX', 5000, 'NX');
        expect(await redis.updateSession('session', Buffer.from([1, 0, 254]), second)).toBe(0);
        expect(await redis.updateSession('session', head, second)).toBe(1);
        expect(await redis.getBuffer('session')).toEqual(second);
        expect(await redis.pttl('session')).toBeGreaterThan(4000);
      });

      it('the index forgets an entry, unless it expires later than that', async () => {
        const now = Date.now();
        await redis.addToIndex('forgetful', 'one', now + 30_000, now);
        await redis.addToIndex('forgetful', 'other', now + 60_000, now);
        expect(await redis.forgetInIndex('forgetful', 'one', now + 29_999)).toBe(0);
        expect(await redis.forgetInIndex('forgetful', 'one', now + 30_000)).toBe(1);
        expect(await redis.forgetInIndex('forgetful', 'one', now + 90_000)).toBe(0);
        expect(await redis.listIndex('forgetful', now, 0, 10)).toEqual(['other']);
      });

      it('the index drops what has ended and lives as long as its last entry', async () => {
        const now = Date.now();
        await redis.addToIndex('directory', 'old', now + 1000, now);
        await redis.addToIndex('directory', 'later', now + 60_000, now);
        await redis.addToIndex('directory', 'new', now + 30_000, now + 2000);
        expect(await redis.zrem('directory', 'old')).toBe(0);
        expect(await redis.pttl('directory')).toBeGreaterThan(50_000);
        expect(await redis.zrem('directory', 'later')).toBe(1);
        expect(await redis.zrem('directory', 'new')).toBe(1);
        expect(await redis.pttl('directory')).toBe(-2);
      });
    });
  });
}

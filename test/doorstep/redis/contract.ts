import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionRedis } from '../../../src/doorstep/redis/commands.ts';

/** A Redis that is to keep what the app relies on. */
export interface RedisKind {
  kind: string;
  installed: boolean;
  start(): Promise<{ redis: SessionRedis; close(): Promise<void> }>;
}

/** Every command and script of SessionRedis, against each of these. */
export function holdsTheContract(kinds: RedisKind[]): void {
  describe.each(kinds)('C19 C20 $kind', ({ installed, start }) => {
    describe.skipIf(!installed)('keeps what the app relies on', () => {
      let redis: SessionRedis;
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
        await redis.set('lock', 'me', 'PX', 5000, 'NX');
        expect(await redis.releaseLock('lock', 'you')).toBe(0);
        expect(await redis.get('lock')).toBe('me');
        expect(await redis.releaseLock('lock', 'me')).toBe(1);
        expect(await redis.releaseLock('lock', 'me')).toBe(0);
      });

      it('the directory forgets an entry, unless it expires later than that', async () => {
        const now = Date.now();
        await redis.addToDirectory('forgetful', 'one', now + 30_000, now);
        await redis.addToDirectory('forgetful', 'other', now + 60_000, now);
        expect(await redis.forgetInDirectory('forgetful', 'one', now + 29_999)).toBe(0);
        expect(await redis.forgetInDirectory('forgetful', 'one', now + 30_000)).toBe(1);
        expect(await redis.forgetInDirectory('forgetful', 'one', now + 90_000)).toBe(0);
        expect(await redis.listDirectory('forgetful', now, 0, 10)).toEqual(['other']);
      });

      it('the directory drops what has ended and lives as long as its last entry', async () => {
        const now = Date.now();
        await redis.addToDirectory('directory', 'old', now + 1000, now);
        await redis.addToDirectory('directory', 'later', now + 60_000, now);
        await redis.addToDirectory('directory', 'new', now + 30_000, now + 2000);
        expect(await redis.zrem('directory', 'old')).toBe(0);
        expect(await redis.pttl('directory')).toBeGreaterThan(50_000);
        expect(await redis.zrem('directory', 'later')).toBe(1);
        expect(await redis.zrem('directory', 'new')).toBe(1);
        expect(await redis.pttl('directory')).toBe(-2);
      });
    });
  });
}

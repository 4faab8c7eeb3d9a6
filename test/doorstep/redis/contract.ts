import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisCommands } from '../../../src/doorstep/redis/commands.ts';
import { eventually } from '../../harness/eventually.ts';

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
      /** Into an index without marks. @returns how many entries it has. */
      const enter = async (key: string, member: string, life: number) => {
        const [count] = await redis.addToLogtoIndex(key, `ended:{${key}}`, member, life);
        return count;
      };

      it('C19 a value is written with a time to live above 0, and read back byte for byte', async () => {
        expect(await redis.set('a', value, 'PX', 50_000, 'NX')).toBe('OK');
        const ttl = await redis.pttl('a');
        expect(ttl).toBeGreaterThan(40_000);
        expect(ttl).toBeLessThanOrEqual(50_000);
        expect(await redis.getBuffer('a')).toEqual(value);
      });

      it('C19 what has a time to live is gone after it, and there is room for it again', async () => {
        const write = async () => [
          await redis.set('short', value, 'PX', 50, 'NX'),
          await redis.writeTokens('short-tokens', 0, value, 50),
          await enter('short-index', 'one', 50),
        ];
        const keys = ['short', 'short-tokens', 'short-index'];
        const left = () => Promise.all(keys.map((key) => redis.pttl(key)));
        const written = await write();
        expect(written).toEqual(['OK', 1, 1]);
        await eventually(async () => expect(await left()).toEqual([-2, -2, -2]));
        expect(await redis.getBuffer('short')).toBeNull();
        expect(await redis.takeTokensBuffer('short-tokens')).toBeNull();
        expect(await redis.listIndex('short-index', 0, 9)).toEqual([]);
        expect(await write()).toEqual(written);
      });

      it.each([0, -1, 1.5, Number.NaN])('refuses %d as a time to live', async (ttl) => {
        await redis.psetex('refusing', 50_000, 'kept');
        await expect(redis.set('refusing', 'x', 'PX', ttl, 'XX')).rejects.toThrow(/^ERR/);
        await expect(redis.psetex('refusing', ttl, 'x')).rejects.toThrow(/^ERR/);
        await expect(redis.getexBuffer('refusing', 'PX', ttl)).rejects.toThrow(/^ERR/);
        expect(await redis.get('refusing')).toBe('kept');
      });

      it('PEXPIRE with no time left deletes', async () => {
        await redis.psetex('over', 50_000, 'x');
        await expect(redis.pexpire('over', 1.5)).rejects.toThrow(/^ERR/);
        expect(await redis.pexpire('over', 0)).toBe(1);
        expect(await redis.pttl('over')).toBe(-2);
      });

      it('PSETEX writes over whatever is there', async () => {
        await enter('over-index', 'a', 50_000);
        await redis.psetex('over-index', 50_000, 'x');
        await redis.psetex('over-index', 90_000, 'y');
        expect(await redis.get('over-index')).toBe('y');
        expect(await redis.pttl('over-index')).toBeGreaterThan(80_000);
      });

      it('a key keeps to its kind', async () => {
        await redis.psetex('text', 50_000, 'x');
        await enter('items', 'a', 50_000);
        for (const refused of [
          () => redis.get('items'),
          () => redis.getBuffer('items'),
          () => redis.getexBuffer('items', 'PX', 50_000),
          () => redis.releaseLock('items', 'me', '', 10_000),
          () => redis.acquireLock('items', 'me', 10_000, 'failed'),
          () => redis.updateSession('items', value, value),
          () => redis.hmgetBuffer('text', 'sealed'),
          () => redis.writeTokens('text', 0, value, 50_000),
          () => redis.writeBesideTokens('text', 'other', value),
          () => redis.takeTokensBuffer('text'),
          () => redis.zrem('text', 'one'),
          () => enter('text', 'one', 50_000),
          () => redis.listIndex('text', 0, 9),
          () => redis.leaveIndex('text', 'one', 1),
          () => redis.readMark('items'),
        ])
          await expect(refused(), String(refused)).rejects.toThrow(/WRONGTYPE/);
        const kept = [await redis.get('text'), await redis.listIndex('items', 0, 9)];
        expect(kept).toEqual(['x', ['a']]);
      });

      it('what was written and what was read are copies', async () => {
        const mine = Buffer.from('before');
        await redis.set('copy', mine, 'PX', 50_000, 'NX');
        await redis.writeTokens('copied-tokens', 0, mine, 50_000);
        mine.fill('x');
        const read = async () => [
          await redis.getBuffer('copy'),
          await redis.getexBuffer('copy', 'PX', 50_000),
          ...(await redis.hmgetBuffer('copied-tokens', 'sealed')),
        ];
        for (const bytes of await read()) bytes?.fill('y');
        expect((await read()).map(String)).toEqual(['before', 'before', 'before']);
      });

      it('NX writes only what is not there, XX only what is', async () => {
        expect(await redis.set('nx', 'first', 'PX', 50_000, 'NX')).toBe('OK');
        expect(await redis.set('nx', 'second', 'PX', 50_000, 'NX')).toBeNull();
        expect(await redis.get('nx')).toBe('first');
        expect(await redis.set('xx', 'first', 'PX', 50_000, 'XX')).toBeNull();
        expect(await redis.get('xx')).toBeNull();
        expect(await redis.set('nx', 'third', 'PX', 50_000, 'XX')).toBe('OK');
        expect(await redis.get('nx')).toBe('third');
      });

      it('GETEX reads and slides the time to live; of nothing, nothing', async () => {
        await redis.set('slide', value, 'PX', 10_000, 'NX');
        expect(await redis.getexBuffer('slide', 'PX', 600_000)).toEqual(value);
        expect(await redis.pttl('slide')).toBeGreaterThan(590_000);
        expect(await redis.getexBuffer('nothing', 'PX', 60_000)).toBeNull();
        expect(await redis.pttl('nothing')).toBe(-2);
      });

      it('DEL and PEXPIRE say whether there was something', async () => {
        await redis.set('gone', 'x', 'PX', 50_000, 'NX');
        expect(await redis.pexpire('gone', 90_000)).toBe(1);
        expect(await redis.pttl('gone')).toBeGreaterThan(80_000);
        expect(await redis.del('gone')).toBe(1);
        expect(await redis.del('gone')).toBe(0);
        expect(await redis.pexpire('gone', 90_000)).toBe(0);
      });

      it('tokens are written over the generation that was read, and no other', async () => {
        const read = () => redis.hmgetBuffer('tokens', 'generation', 'sealed');
        expect(await read()).toEqual([null, null]);
        expect(await redis.writeTokens('tokens', 1, value, 50_000)).toBe(0);
        expect(await redis.writeTokens('tokens', 0, value, 50_000)).toBe(1);
        expect(await redis.writeTokens('tokens', 0, Buffer.from('stale'), 50_000)).toBe(0);
        expect(await redis.writeTokens('tokens', 1, Buffer.from('new'), 90_000)).toBe(1);
        expect(await read()).toEqual([Buffer.from('2'), Buffer.from('new')]);
        expect(await redis.pttl('tokens')).toBeGreaterThan(80_000);
      });

      it('what is kept beside tokens outlives a write of theirs, and goes with them', async () => {
        expect(await redis.writeBesideTokens('beside', 'other', value)).toBe(0);
        await redis.writeTokens('beside', 0, value, 50_000);
        expect(await redis.writeBesideTokens('beside', 'other', value)).toBe(1);
        await redis.writeTokens('beside', 1, Buffer.from('new'), 50_000);
        const read = () => redis.hmgetBuffer('beside', 'sealed', 'other');
        expect(await read()).toEqual([Buffer.from('new'), value]);
        await redis.takeTokensBuffer('beside');
        expect(await read()).toEqual([null, null]);
      });

      it('tokens are taken once, and a write after that finds nothing', async () => {
        await redis.writeTokens('taken', 0, value, 50_000);
        expect(await redis.takeTokensBuffer('taken')).toEqual(value);
        expect(await redis.takeTokensBuffer('taken')).toBeNull();
        expect(await redis.writeTokens('taken', 1, value, 50_000)).toBe(0);
      });

      it('of those who ask at once for the same thing, one gets it', async () => {
        const twice = <Answer>(act: () => Promise<Answer>) => Promise.all([act(), act()]);
        const lock = () => redis.acquireLock('race', 'me', 50_000, 'failed');
        expect(await twice(lock)).toEqual([1, 0]);
        expect(await twice(() => redis.releaseLock('race', 'me', '', 10_000))).toEqual([1, 0]);
        const write = () => redis.writeTokens('race-tokens', 0, value, 50_000);
        expect(await twice(write)).toEqual([1, 0]);
        expect(await twice(() => redis.takeTokensBuffer('race-tokens'))).toEqual([value, null]);
      });

      it('a lock is released by its holder only', async () => {
        expect(await redis.acquireLock('lock', 'me', 50_000, 'failed')).toBe(1);
        expect(await redis.acquireLock('lock', 'you', 50_000, 'failed')).toBe(0);
        expect(await redis.releaseLock('lock', 'you', '', 10_000)).toBe(0);
        expect(await redis.get('lock')).toBe('me');
        expect(await redis.releaseLock('lock', 'me', '', 10_000)).toBe(1);
        expect(await redis.releaseLock('lock', 'me', '', 10_000)).toBe(0);
      });

      it('a lock whose holder failed says so for a while, and can be taken', async () => {
        await redis.acquireLock('failing', 'me', 50_000, 'failed');
        expect(await redis.releaseLock('failing', 'me', 'failed', 10_000)).toBe(1);
        expect(await redis.get('failing')).toBe('failed');
        expect(await redis.pttl('failing')).toBeLessThanOrEqual(10_000);
        expect(await redis.acquireLock('failing', 'you', 50_000, 'failed')).toBe(1);
        expect(await redis.pttl('failing')).toBeGreaterThan(40_000);
      });

      it('a session is written over the revision that was read, and never brought back', async () => {
        const head = Buffer.from([1, 0, 255]);
        const first = Buffer.concat([head, Buffer.from('first')]);
        const second = Buffer.from('second');
        expect(await redis.updateSession('session', head, first)).toBe(-1);
        await redis.set('session', first, 'PX', 50_000, 'NX');
        expect(await redis.updateSession('session', Buffer.from([1, 0, 254]), second)).toBe(0);
        expect(await redis.updateSession('session', head, second)).toBe(1);
        expect(await redis.getBuffer('session')).toEqual(second);
        expect(await redis.pttl('session')).toBeGreaterThan(40_000);
      });

      it('the index lists page by page: the latest first', async () => {
        const lives = { b: 30_000, early: 20_000, late: 60_000 };
        for (const [member, life] of Object.entries(lives)) await enter('pages', member, life);
        const page = (offset: number, count: number) => redis.listIndex('pages', offset, count);
        expect(await page(0, 9)).toEqual(['late', 'b', 'early']);
        expect([await page(0, 2), await page(2, 2)]).toEqual([['late', 'b'], ['early']]);
        expect(await page(3, 2)).toEqual([]);
      });

      it('an addition tells how many there are, and moves nothing that is there', async () => {
        expect(await enter('counted', 'one', 30_000)).toBe(1);
        expect(await enter('counted', 'two', 20_000)).toBe(2);
        expect(await enter('counted', 'two', 60_000)).toBe(2);
        expect(await redis.listIndex('counted', 0, 9)).toEqual(['one', 'two']);
        expect(await redis.pttl('counted')).toBeLessThanOrEqual(30_000);
      });

      it('the index drops what has ended, when it grows and when it is listed', async () => {
        await enter('grown', 'old', 50);
        await enter('grown', 'later', 60_000);
        await enter('listed', 'old', 50);
        await enter('listed', 'new', 60_000);
        await redis.psetex('clock', 60, 'x');
        await eventually(async () => expect(await redis.pttl('clock')).toBe(-2));
        expect(await enter('grown', 'new', 30_000)).toBe(2);
        expect(await redis.zrem('grown', 'old')).toBe(0);
        expect(await redis.pttl('grown')).toBeGreaterThan(50_000);
        expect(await redis.listIndex('listed', 0, 9)).toEqual(['new']);
        expect(await redis.zrem('listed', 'old')).toBe(0);
        expect(await redis.zrem('listed', 'new')).toBe(1);
        expect(await redis.pttl('listed')).toBe(-2);
      });

      it('an addition tells the marks beside the index, and for how long they stay', async () => {
        const [ended, told] = ['ended:{marked}', 'told:{marked}'];
        const add = () => redis.addToUserIndex('marked', ended, told, 'one', 30_000);
        expect(await add()).toEqual([1, null, -2, null, -2]);
        await redis.psetex(ended, 50_000, '17');
        expect(await add()).toEqual([1, '17', expect.any(Number), null, -2]);
        await redis.psetex(told, 40_000, '18');
        const [, , endedLeft, toldAt, toldLeft] = await add();
        expect([toldAt, endedLeft > 40_000, toldLeft > 30_000]).toEqual(['18', true, true]);
        expect(await redis.addToLogtoIndex('marked', ended, 'two', 30_000)).toEqual([
          2,
          '17',
          expect.any(Number),
        ]);
      });

      it('whoever leaves the index learns who stays, the latest first', async () => {
        await enter('left', 'one', 30_000);
        await enter('left', 'two', 40_000);
        await enter('left', 'three', 60_000);
        expect(await redis.leaveIndex('left', 'two', 20)).toEqual([1, 'three', 'one']);
        expect(await redis.leaveIndex('left', 'two', 1)).toEqual([0, 'three']);
        expect(await redis.leaveIndex('left', 'one', 20)).toEqual([1, 'three']);
        expect(await redis.leaveIndex('left', 'three', 20)).toEqual([1]);
        expect(await redis.leaveIndex('left', 'three', 20)).toEqual([0]);
      });

      it('a session begins with its tokens and ends with them; one that is there is not written over', async () => {
        const [key, tokens] = ['whole:{id}', 'whole-tokens:{id}'];
        const create = (sealed: Buffer) =>
          redis.createSession(key, tokens, sealed, 50_000, sealed, 90_000);
        const other = Buffer.from('other');
        expect(await create(value)).toBe(1);
        expect(await create(other)).toBe(0);
        expect(await redis.getBuffer(key)).toEqual(value);
        const [generation, sealed] = await redis.hmgetBuffer(tokens, 'generation', 'sealed');
        expect([String(generation), sealed]).toEqual(['1', value]);
        expect(await redis.pttl(key)).toBeLessThanOrEqual(50_000);
        expect(await redis.pttl(tokens)).toBeGreaterThan(50_000);
        expect(await redis.endSessionBuffer(key, tokens)).toEqual(value);
        expect(await Promise.all([redis.pttl(key), redis.pttl(tokens)])).toEqual([-2, -2]);
        expect(await redis.endSessionBuffer(key, tokens)).toBeNull();
      });

      it('nothing comes between the parts of what begins a session', async () => {
        const [key, tokens] = ['at-once:{id}', 'at-once-tokens:{id}'];
        const created = redis.createSession(key, tokens, value, 50_000, value, 90_000);
        const ended = redis.endSessionBuffer(key, tokens);
        expect(await Promise.all([created, ended])).toEqual([1, value]);
        expect(await Promise.all([redis.pttl(key), redis.pttl(tokens)])).toEqual([-2, -2]);
      });

      it('a session that begins writes over tokens that are there, and keeps what is beside them', async () => {
        const [key, tokens] = ['over:{id}', 'over-tokens:{id}'];
        await redis.writeTokens(tokens, 0, Buffer.from('before'), 90_000);
        await redis.writeTokens(tokens, 1, Buffer.from('before'), 90_000);
        await redis.writeBesideTokens(tokens, 'beside', value);
        expect(await redis.createSession(key, tokens, value, 50_000, value, 90_000)).toBe(1);
        const found = await redis.hmgetBuffer(tokens, 'generation', 'sealed', 'beside');
        expect(found).toEqual([Buffer.from('1'), value, value]);
      });

      it('a mark is read together with the time that it has left', async () => {
        expect(await redis.readMark('mark')).toEqual([null, -2]);
        await redis.psetex('mark', 50_000, 'x');
        const [said, left] = await redis.readMark('mark');
        expect(said).toBe('x');
        expect(left).toBeGreaterThan(40_000);
        expect(left).toBeLessThanOrEqual(50_000);
      });
    });
  });
}

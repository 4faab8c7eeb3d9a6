import { describe, expect, it } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { kinds } from '../../harness/redis-kinds.ts';
import { holdsTheContract } from './contract.ts';

describe('C19 C20 what the app stands on', () => holdsTheContract(kinds));

describe('the embedded Redis', () => {
  it('forgets at the time it was told, by the clock it was given', async () => {
    let now = 1_795_422_521_980;
    const redis = new EmbeddedRedis({ now: () => now });
    await redis.set('a', 'x', 'PX', 5000, 'NX');
    now += 4999;
    expect([await redis.get('a'), await redis.pttl('a')]).toEqual(['x', 1]);
    now += 1;
    expect(await redis.get('a')).toBeNull();
  });

  it('drops from an index what has ended by that clock', async () => {
    let now = 1_795_422_521_980;
    const redis = new EmbeddedRedis({ now: () => now });
    for (const [member, life] of Object.entries({ b: 5000, c: 5000, a: 5000, late: 5001 }))
      await redis.addToLogtoIndex('index', 'ended', member, life);
    expect(await redis.listIndex('index', 0, 9)).toEqual(['late', 'c', 'b', 'a']);
    now += 5000;
    expect(await redis.listIndex('index', 0, 9)).toEqual(['late']);
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { kinds } from '../../harness/redis-kinds.ts';
import { holdsTheContract } from './contract.ts';

describe('C19 C20 what the app stands on', () => holdsTheContract(kinds));

describe('the embedded Redis', () => {
  afterEach(() => vi.useRealTimers());

  it('forgets at the time it was told', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const redis = new EmbeddedRedis();
    await redis.set('a', 'x', 'PX', 5000, 'NX');
    vi.setSystemTime(Date.now() + 4999);
    expect(await redis.get('a')).toBe('x');
    vi.setSystemTime(Date.now() + 1);
    expect(await redis.get('a')).toBeNull();
  });
});

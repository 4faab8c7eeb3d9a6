import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { untilReady } from '../../../src/doorstep/redis/ready.ts';

describe('C33 waiting for Redis at the start', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const begin = (signal = new AbortController().signal) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const redis = new Redis({ lazyConnect: true });
    redis.on('error', () => {});
    let isOver = false;
    const over = untilReady(redis, { timeoutMs: 2000, signal }).then(() => {
      isOver = true;
    });
    return { redis, over, isOver: () => isOver };
  };

  it('goes on while connecting fails, and ends when Redis is there', async () => {
    const { redis, over, isOver } = begin();
    redis.emit('error', new Error('connect ECONNREFUSED'));
    await vi.advanceTimersByTimeAsync(1900);
    expect(isOver()).toBe(false);
    redis.emit('ready');
    await over;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends after 2 seconds without it', async () => {
    const { redis, over, isOver } = begin();
    await vi.advanceTimersByTimeAsync(1999);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await over;
    expect(redis.listenerCount('ready')).toBe(0);
  });

  it('ends at once when the process is to stop', async () => {
    const stopping = new AbortController();
    const { over } = begin(stopping.signal);
    stopping.abort();
    await over;
    expect(vi.getTimerCount()).toBe(0);
  });
});

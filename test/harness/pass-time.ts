import { vi } from 'vitest';
import type { Doorstep } from './doorstep.ts';

/**
 * Turns the app's clock forward, which needs vi's fake Date, and Redis's with it. The embedded one
 * follows by itself. A real server has its own clock: there, everything comes that much closer to
 * its end.
 */
export async function passTime({ redisServer }: Doorstep, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  if (!redisServer) return;
  const { admin } = redisServer;
  for (const key of await admin.keys('*')) {
    const left = await admin.pttl(key);
    if ((await admin.type(key)) === 'zset') await bringForward(redisServer, key, ms);
    if (left >= 0) await admin.pexpire(key, left - ms);
  }
}

async function bringForward(
  { admin }: NonNullable<Doorstep['redisServer']>,
  key: string,
  ms: number,
): Promise<void> {
  for (const member of await admin.zrange(key, '0', '-1'))
    await admin.zincrby(key, String(-ms), member);
}

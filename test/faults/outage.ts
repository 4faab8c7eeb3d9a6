import type { Doorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import type { RedisServer } from '../harness/redis-server.ts';

/**
 * Tries until it holds. How soon that is depends on this machine, too; that the app's own waits fit
 * into the promised 5 s is asserted where they are set (test/doorstep/redis/client.test.ts).
 */
export const healed = (holds: () => Promise<void>): Promise<void> => eventually(holds);

/** Kills Redis, as `kill -9` does, and waits until it has gone. */
export async function kill({ signal, admin }: RedisServer): Promise<void> {
  signal('SIGKILL');
  await eventually(() => {
    if (admin.status === 'ready') throw new Error('Redis still lives');
  });
}

export function redisServerOf({ redisServer }: Doorstep): RedisServer {
  if (!redisServer) throw new Error('This test needs a redis-server');
  return redisServer;
}

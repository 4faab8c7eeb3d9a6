import { vi } from 'vitest';
import type { Doorstep } from '../harness/doorstep.ts';
import type { RedisServer } from '../harness/redis-server.ts';

/** A page that can't be made says so before this, milliseconds. */
const PATIENCE = 2000;
/** All works again this long after the fault has gone, milliseconds. */
const HEALING = 5000;

/** Rejects when the page takes longer than a person is asked to wait. */
export async function inTime<Page>(page: Promise<Page>): Promise<Page> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No page within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([page, tooLate]).finally(() => clearTimeout(timer));
}

/** Tries until it holds; after the time for healing, its last failure is thrown. */
export const healed = (holds: () => Promise<void>): Promise<void> =>
  vi.waitFor(holds, { timeout: HEALING, interval: 50 });

/** Kills Redis, as `kill -9` does, and waits until it has gone. */
export async function kill({ signal, admin }: RedisServer): Promise<void> {
  signal('SIGKILL');
  await vi.waitFor(() => {
    if (admin.status === 'ready') throw new Error('Redis still lives');
  });
}

export function redisServerOf({ redisServer }: Doorstep): RedisServer {
  if (!redisServer) throw new Error('This test needs a redis-server');
  return redisServer;
}

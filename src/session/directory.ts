import { createHash } from 'node:crypto';
import { askRedis } from './ask.ts';
import type { SessionRedis } from './redis.ts';

/** Whose session it is. Issuer and sub together are the user; e-mail never is (S19). */
export interface Owner {
  iss: string;
  sub: string;
  sid: string | null;
}

/**
 * Finds sessions without scanning: by user, and by Logto's `sid` for back-channel logout. Both are
 * sorted sets by the time a session ends at the latest; what has ended goes with each addition.
 */
export class Directory {
  readonly #redis: SessionRedis;
  readonly #now: () => number;

  constructor(redis: SessionRedis, now: () => number) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Comes before the session is saved: a session that nobody can find can't be ended. */
  async add(owner: Owner, sessionId: string, endsAt: number): Promise<void> {
    const add = (key: string) => this.#redis.addToDirectory(key, sessionId, endsAt, this.#now());
    await askRedis('The directory', Promise.all(keysOf(owner).map(add)));
  }

  /** @returns false when it was not there any more: somebody else has ended this session. */
  async remove(owner: Owner, sessionId: string): Promise<boolean> {
    const remove = (key: string) => this.#redis.zrem(key, sessionId);
    const removed = await askRedis('The directory', Promise.all(keysOf(owner).map(remove)));
    return removed.some((count) => count > 0);
  }
}

function keysOf(owner: Owner): string[] {
  const keys = [`user-sessions:${userKey(owner)}`];
  return owner.sid ? [...keys, `logto-session:${owner.sid}`] : keys;
}

/** A digest of fixed length that no choice of issuer and sub can make collide. */
export function userKey({ iss, sub }: Pick<Owner, 'iss' | 'sub'>): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('base64url');
}

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

  /** @returns ids of this user's sessions, the latest first. Some may have gone idle meanwhile. */
  async ofUser(user: UserKey, page: { offset: number; count: number }): Promise<string[]> {
    const { offset, count } = page;
    const list = this.#redis.listDirectory(userDirectory(user), this.#now(), offset, count);
    return askRedis('The directory', list);
  }

  /** @returns ids of all sessions of a user, or of those that came from one session at Logto. */
  async all(whose: UserKey | { sid: string }): Promise<string[]> {
    const key = 'sid' in whose ? logtoDirectory(whose.sid) : userDirectory(whose);
    return askRedis('The directory', this.#redis.listDirectory(key, this.#now(), 0, ALL));
  }

  /**
   * Leaves a mark that everything of this user, or of this Logto session, was ended now. A sign-in
   * that is being saved at this moment looks for it afterwards.
   */
  async markEnded(ended: UserKey | { sid: string }): Promise<void> {
    const key = 'sid' in ended ? logtoTombstone(ended.sid) : userTombstone(ended);
    await askRedis('The directory', this.#redis.psetex(key, TOMBSTONE_LIFE, String(this.#now())));
  }

  /** @param startedAt When the sign-in began; one that began after its user was signed out may stay. */
  async wasEnded(owner: Owner, startedAt: number): Promise<boolean> {
    const [bySid, byUser] = await askRedis(
      'The directory',
      Promise.all([
        owner.sid ? this.#redis.get(logtoTombstone(owner.sid)) : null,
        this.#redis.get(userTombstone(owner)),
      ]),
    );
    return bySid !== null || (byUser !== null && startedAt <= Number(byUser));
  }
}

/** Longer than a sign-in takes between Logto's answer and the saved session. */
const TOMBSTONE_LIFE = 5 * 60_000;
const ALL = 1_000_000;

type UserKey = Pick<Owner, 'iss' | 'sub'>;

const userDirectory = (user: UserKey) => `user-sessions:${digest([user.iss, user.sub])}`;
const logtoDirectory = (sid: string) => `logto-session:${digest([sid])}`;
const userTombstone = (user: UserKey) => `user-ended:${digest([user.iss, user.sub])}`;
const logtoTombstone = (sid: string) => `logto-session-ended:${digest([sid])}`;

function keysOf(owner: Owner): string[] {
  return owner.sid ? [userDirectory(owner), logtoDirectory(owner.sid)] : [userDirectory(owner)];
}

/** Of fixed length, and no choice of parts can make two collide. */
function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

import { createHash } from 'node:crypto';
import type { SessionRedis } from '../redis/commands.ts';
import { askRedis } from '../redis/errors.ts';

/** Whose session it is. Issuer and sub together are the user; e-mail never is (S19). */
export interface Owner {
  iss: string;
  sub: string;
  sid: string | null;
}

export type UserKey = Pick<Owner, 'iss' | 'sub'>;
/** A user, or a session at Logto by its `sid`. */
export type Whose = UserKey | { logtoSession: string };

/**
 * Finds sessions without scanning: by user, and by Logto's `sid` for back-channel logout. Both are
 * sorted sets by the time a session ends at the latest; what has ended goes with each addition.
 */
export class Directory {
  readonly #redis: SessionRedis;
  readonly #now: () => number;
  readonly #maxMs: number;

  /** @param maxMs How long a session may last. */
  constructor(redis: SessionRedis, now: () => number, maxMs: number) {
    this.#redis = redis;
    this.#now = now;
    this.#maxMs = maxMs;
  }

  async add(owner: Owner, sessionId: string, endsAt: number): Promise<void> {
    const add = (whose: Whose) =>
      this.#redis.addToDirectory(directoryOf(whose), sessionId, endsAt, this.#now());
    await askRedis('The directory', Promise.all(whoseAre(owner).map(add)));
  }

  /** @returns false when it was not there any more: somebody else has ended this session. */
  async remove(owner: Owner, sessionId: string): Promise<boolean> {
    const remove = (whose: Whose) => this.#redis.zrem(directoryOf(whose), sessionId);
    const removed = await askRedis('The directory', Promise.all(whoseAre(owner).map(remove)));
    return removed.some((count) => count > 0);
  }

  /** Forgets a session that has gone idle. One that is only just being saved is not meant. */
  async forget({ iss, sub }: UserKey, sessionId: string): Promise<void> {
    const latest = this.#now() + this.#maxMs - BEING_SAVED;
    const key = directoryOf({ iss, sub });
    await askRedis('The directory', this.#redis.forgetInDirectory(key, sessionId, latest));
  }

  /** @returns ids of this user's sessions, the latest first. Some may have gone idle meanwhile. */
  async ofUser(user: UserKey, page: { offset: number; count: number }): Promise<string[]> {
    const { offset, count } = page;
    const list = this.#redis.listDirectory(directoryOf(user), this.#now(), offset, count);
    return askRedis('The directory', list);
  }

  /** @returns ids of all sessions of a user, or of those that came from one session at Logto. */
  async all(whose: Whose): Promise<string[]> {
    const list = this.#redis.listDirectory(directoryOf(whose), this.#now(), 0, ALL);
    return askRedis('The directory', list);
  }

  /**
   * Leaves a mark that everything of this user, or of this Logto session, was ended now. A sign-in
   * that is being saved at this moment looks for it afterwards.
   */
  async markEnded(whose: Whose): Promise<void> {
    const mark = this.#redis.psetex(tombstoneOf(whose), TOMBSTONE_LIFE, String(this.#now()));
    await askRedis('The directory', mark);
  }

  /** @param startedAt When the sign-in began; one that began after its user was signed out may stay. */
  async wasEnded(owner: Owner, startedAt: number): Promise<boolean> {
    const look = (whose: Whose) => this.#redis.get(tombstoneOf(whose));
    const marks = await askRedis('The directory', Promise.all(whoseAre(owner).map(look)));
    return marks.some((endedAt) => endedAt !== null && startedAt <= Number(endedAt));
  }
}

/** Longer than a sign-in takes between Logto's answer and the saved session. */
const TOMBSTONE_LIFE = 5 * 60_000;
const ALL = 1_000_000;
/** An entry is there before its session is, by much less than this. */
const BEING_SAVED = 60_000;

function directoryOf(whose: Whose): string {
  if ('logtoSession' in whose) return `logto-session:${digest([whose.logtoSession])}`;
  return `user-sessions:${digest([whose.iss, whose.sub])}`;
}

function tombstoneOf(whose: Whose): string {
  if ('logtoSession' in whose) return `logto-session-ended:${digest([whose.logtoSession])}`;
  return `user-ended:${digest([whose.iss, whose.sub])}`;
}

/** A session is found by its user, and where Logto named one by its session there. */
function whoseAre({ iss, sub, sid }: Owner): Whose[] {
  return sid ? [{ iss, sub }, { logtoSession: sid }] : [{ iss, sub }];
}

/** Of fixed length, and no choice of parts can make two collide. */
function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

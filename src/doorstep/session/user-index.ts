import { createHash } from 'node:crypto';
import type { RedisCommands } from '../redis/commands.ts';

/** Whose session it is. Issuer and sub together are the user; e-mail never is (S19). */
export interface SessionOwner {
  iss: string;
  sub: string;
  sid: string | null;
}

export type UserKey = Pick<SessionOwner, 'iss' | 'sub'>;
/** A user, or a session at Logto by its `sid`. */
export type IndexTarget = UserKey | { logtoSession: string };

/**
 * Finds sessions without scanning: by user, and by Logto's `sid` for back-channel logout. Both are
 * sorted sets by the time a session ends at the latest; what has ended goes with each addition.
 */
export class UserIndex {
  readonly #redis: RedisCommands;
  readonly #now: () => number;
  readonly #maxMs: number;

  /** @param maxMs How long a session may last. */
  constructor(redis: RedisCommands, now: () => number, maxMs: number) {
    this.#redis = redis;
    this.#now = now;
    this.#maxMs = maxMs;
  }

  /** @returns how many sessions its user has now; some may have gone idle. */
  async add(owner: SessionOwner, sessionId: string, endsAt: number): Promise<number> {
    const lifeMs = Math.max(1, endsAt - this.#now());
    const add = (target: IndexTarget) =>
      this.#redis.addToIndex(indexKey(target), sessionId, lifeMs);
    const [count = 0] = await Promise.all(keysOfOwner(owner).map(add));
    return count;
  }

  /** @returns false when it was not there any more: somebody else has ended this session. */
  async remove(owner: SessionOwner, sessionId: string): Promise<boolean> {
    const remove = (target: IndexTarget) => this.#redis.zrem(indexKey(target), sessionId);
    const removed = await Promise.all(keysOfOwner(owner).map(remove));
    return removed.some((count) => count > 0);
  }

  /** Forgets a session that has gone idle. One that is only just being saved is not meant. */
  async forget({ iss, sub }: UserKey, sessionId: string): Promise<void> {
    const key = indexKey({ iss, sub });
    await this.#redis.forgetInIndex(key, sessionId, this.#maxMs - SAVE_GRACE_MS);
  }

  /** @returns ids, the latest first. Some may have gone idle meanwhile. */
  async page(target: IndexTarget, page: { offset: number; count: number }): Promise<string[]> {
    return this.#redis.listIndex(indexKey(target), page.offset, page.count);
  }

  /** @returns ids of all sessions of a user, or of those that came from one session at Logto. */
  async all(target: IndexTarget): Promise<string[]> {
    return this.page(target, { offset: 0, count: MAX_SESSIONS });
  }

  /**
   * Leaves a mark that everything of this user, or of this Logto session, was ended now. A sign-in
   * that is being saved at this moment looks for it afterwards.
   */
  async markEnded(target: IndexTarget): Promise<void> {
    await this.#redis.psetex(tombstoneKey(target), TOMBSTONE_MS, String(this.#now()));
  }

  /**
   * @param startedAt When the sign-in began; one that began after its user was signed out may stay.
   *   By whichever of two readings is the later one: the time that the mark holds is by the clock of
   *   the process that left it, which may be behind the one that began the sign-in.
   */
  async wasEnded(owner: SessionOwner, startedAt: number): Promise<boolean> {
    const now = this.#now();
    const look = (target: IndexTarget) => this.#redis.readMark(tombstoneKey(target));
    const marks = await Promise.all(keysOfOwner(owner).map(look));
    return marks.some(([endedAt, left]) => {
      if (endedAt === null) return false;
      return startedAt <= Math.max(Number(endedAt), now - (TOMBSTONE_MS - left));
    });
  }

  /** Leaves a mark that what Logto has said of this user may not be so any more. */
  async markTold({ iss, sub }: UserKey): Promise<void> {
    await this.#redis.psetex(toldKey({ iss, sub }), TOLD_MS, String(this.#now()));
  }

  /** @param since When Logto was asked, by whichever of two readings is the later one, as above. */
  async wasTold(user: UserKey, since: number): Promise<boolean> {
    const [toldAt, left] = await this.#redis.readMark(toldKey(user));
    if (toldAt === null) return false;
    return since <= Math.max(Number(toldAt), this.#now() - (TOLD_MS - left));
  }

  /**
   * Notes when a user was changed at Logto, by Logto's clock, in milliseconds since 1970.
   *
   * @returns false when a later change is known: word of an older one came after it.
   */
  async noteChange(user: UserKey, updatedAt: number): Promise<boolean> {
    const key = `user-changed:${digest([user.iss, user.sub])}`;
    return (await this.#redis.raiseMark(key, updatedAt, CHANGE_MS)) === 1;
  }
}

/** Longer than word of a change is accepted, clocks that are off either way included. */
const CHANGE_MS = 11 * 60_000;
/** How long a person may take at Logto and Hugging Face. */
export const SIGN_IN_LIFETIME_MS = 60 * 60_000;
/** For as long as a sign-in can be under way, and then be saved. */
const TOMBSTONE_MS = SIGN_IN_LIFETIME_MS + 5 * 60_000;
/** Longer than a callback takes from its call to Logto until its session is there. */
const TOLD_MS = 5 * 60_000;
const MAX_SESSIONS = 1_000_000;
/** An entry is there before its session is, by much less than this. */
const SAVE_GRACE_MS = 60_000;

function indexKey(target: IndexTarget): string {
  if ('logtoSession' in target) return `logto-session:${digest([target.logtoSession])}`;
  return `user-sessions:${digest([target.iss, target.sub])}`;
}

const toldKey = ({ iss, sub }: UserKey): string => `user-told:${digest([iss, sub])}`;

function tombstoneKey(target: IndexTarget): string {
  if ('logtoSession' in target) return `logto-session-ended:${digest([target.logtoSession])}`;
  return `user-ended:${digest([target.iss, target.sub])}`;
}

/** A session is found by its user, which comes first, and where Logto named one by its session there. */
function keysOfOwner({ iss, sub, sid }: SessionOwner): IndexTarget[] {
  return sid ? [{ iss, sub }, { logtoSession: sid }] : [{ iss, sub }];
}

/** Of fixed length, and no choice of parts can make two collide. */
function digest(parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

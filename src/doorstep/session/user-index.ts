import { digest } from '../crypto/digest.ts';
import type { Mark, RedisCommands } from '../redis/commands.ts';

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
  readonly #keyPrefix: string;

  /** @param keyPrefix What stands before every key in Redis. */
  constructor(redis: RedisCommands, now: () => number, keyPrefix = '') {
    this.#redis = redis;
    this.#now = now;
    this.#keyPrefix = keyPrefix;
  }

  /**
   * Enters a session whose record is there already, and at the same moment looks for marks. Whoever
   * ends everything leaves a mark before reading the index: of the two, the second sees the first.
   */
  async add(owner: SessionOwner, sessionId: string, times: SignInTimes): Promise<Added> {
    const { startedAt, checkedAt, endsAt } = times;
    const { iss, sub, sid } = owner;
    // Before Redis is asked: by a later time, whoever began just after a mark would be before it.
    const now = this.#now();
    const lifeMs = Math.max(1, endsAt - now);
    const [user, logtoSession] = [{ iss, sub }, sid ? { logtoSession: sid } : null];
    const [[count, endedAt, endedLeft, toldAt, toldLeft], [, loggedOutAt, loggedOutLeft]] =
      await Promise.all([
        this.#redis.addToUserIndex(
          indexKey(user),
          this.#endedKey(user),
          this.#toldKey(user),
          sessionId,
          lifeMs,
        ),
        logtoSession
          ? this.#redis.addToLogtoIndex(
              indexKey(logtoSession),
              this.#endedKey(logtoSession),
              sessionId,
              lifeMs,
            )
          : NOT_ENDED,
      ]);
    return {
      count,
      wasEnded:
        isSince(startedAt, [endedAt, endedLeft], TOMBSTONE_MS, now) ||
        isSince(startedAt, [loggedOutAt, loggedOutLeft], TOMBSTONE_MS, now),
      wasTold: isSince(checkedAt, [toldAt, toldLeft], TOLD_MS, now),
    };
  }

  /** @returns whether nobody else is known to have ended it before, and others of its Logto session. */
  async leave(owner: SessionOwner, sessionId: string): Promise<Left> {
    const { iss, sub, sid } = owner;
    const [removed, [removedThere, ...others]] = await Promise.all([
      // It may be at another node: with that one away, who else is of the Logto session is still known.
      this.#redis.zrem(indexKey({ iss, sub }), sessionId).catch(() => 1),
      sid ? this.#redis.leaveIndex(indexKey({ logtoSession: sid }), sessionId, MAX_OTHERS) : [0],
    ]);
    return { wasThere: removed + removedThere > 0, others };
  }

  /** Forgets a session that has gone idle. */
  async forget({ iss, sub }: UserKey, sessionId: string): Promise<void> {
    await this.#redis.zrem(indexKey({ iss, sub }), sessionId);
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
   * that is being saved at this moment finds it as it enters the index.
   */
  async markEnded(target: IndexTarget): Promise<void> {
    await this.#leaveMark(this.#endedKey(target), TOMBSTONE_MS);
  }

  /** Leaves a mark that what Logto has said of this user may not be so any more. */
  async markTold(user: UserKey): Promise<void> {
    await this.#leaveMark(this.#toldKey(user), TOLD_MS);
  }

  /**
   * Notes when a user was changed at Logto, by Logto's clock, in milliseconds since 1970.
   *
   * @returns false when a later change is known: word of an older one came after it.
   */
  async noteChange(user: UserKey, updatedAt: number): Promise<boolean> {
    const key = `user-changed:${digestOf([user.iss, user.sub])}`;
    return (await this.#redis.raiseMark(key, updatedAt, CHANGE_MS)) === 1;
  }

  /**
   * By its former name too (`user-ended:digest`), where processes of a version before look for it: for
   * one release, in which both may run side by side (decision 029). It may be at another node, which
   * must not keep anything from ending.
   */
  async #leaveMark(key: string, lifeMs: number): Promise<void> {
    const former = key.replace(/\{.*:(.*)\}$/, '$1');
    const now = String(this.#now());
    await Promise.all([
      this.#redis.psetex(key, lifeMs, now),
      this.#redis.psetex(former, lifeMs, now).catch(() => null),
    ]);
  }

  #endedKey(target: IndexTarget): string {
    return this.#besideIndex(
      'logtoSession' in target ? 'logto-session-ended' : 'user-ended',
      target,
    );
  }

  #toldKey(target: UserKey): string {
    return this.#besideIndex('user-told', target);
  }

  /** In the slot of the index, since the braces hold its whole name as Redis knows it. */
  #besideIndex(kind: string, target: IndexTarget): string {
    return `${kind}:{${this.#keyPrefix}${indexKey(target)}}`;
  }
}

/**
 * By whichever of two readings is the later one: the time that a mark holds is by the clock of the
 * process that left it, which may be behind the one that began the sign-in.
 */
function isSince(time: number, [at, left]: Mark, lifeMs: number, now: number): boolean {
  return at !== null && time <= Math.max(Number(at), now - (lifeMs - left));
}

/** When a sign-in began, Logto was asked, and the session ends: milliseconds since 1970. */
interface SignInTimes {
  startedAt: number;
  checkedAt: number;
  endsAt: number;
}

interface Added {
  /** How many sessions its user has now; some may have gone idle. */
  count: number;
  /** Everything was ended since the sign-in began; one that began after that may stay. */
  wasEnded: boolean;
  /** Logto told of a change since it was asked. */
  wasTold: boolean;
}

interface Left {
  wasThere: boolean;
  /** Ids of the latest; some may have gone idle. */
  others: string[];
}

const NOT_ENDED: [count: number, ...ended: Mark] = [0, null, -2];

/** Longer than word of a change is accepted, clocks that are off either way included. */
const CHANGE_MS = 11 * 60_000;
/** How long a person may take at Logto and Hugging Face. */
export const SIGN_IN_LIFETIME_MS = 60 * 60_000;
/** For as long as a sign-in can be under way, and then be saved. */
const TOMBSTONE_MS = SIGN_IN_LIFETIME_MS + 5 * 60_000;
/** Longer than a callback takes from its call to Logto until its session is there. */
const TOLD_MS = 5 * 60_000;
const MAX_SESSIONS = 1_000_000;
/** So many are looked at, whether one of them still lives. */
const MAX_OTHERS = 20;

function indexKey(target: IndexTarget): string {
  if ('logtoSession' in target) return `logto-session:${digestOf([target.logtoSession])}`;
  return `user-sessions:${digestOf([target.iss, target.sub])}`;
}

/** Of fixed length, and no choice of parts can make two collide. */
const digestOf = (parts: string[]): string => digest(JSON.stringify(parts));

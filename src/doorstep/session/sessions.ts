import type { Request, RequestHandler } from 'express';
import type { SessionData } from 'express-session';
import type { Config } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { cookieAttributes } from '../http/cookies.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { mapInBatches, settleAll } from '../redis/errors.ts';
import { sessionMiddleware } from './middleware.ts';
import type { SessionRecord, SessionUser } from './record.ts';
import { ActiveSession, type AppSession, makeSession, sessionOf } from './session.ts';
import { SessionStore } from './store.ts';
import { TokenStore, type Tokens } from './token-store.ts';
import type { Change } from './updates.ts';
import { type SessionOwner, UserIndex, type UserKey } from './user-index.ts';

/** Tokens are written at sign-in and at rechecks, and have to outlive the last page after that. */
const TOKEN_GRACE_MS = 60 * 60_000;

export interface SessionsOptions {
  config: Pick<Config, 'secure' | 'session'>;
  redis: RedisCommands;
  sealer: Sealer;
  now: () => number;
  /** Told of each session that the app ended by `req.session.destroy()` or `regenerate()`. */
  onDestroyed?: (ended: EndedSession) => void;
}

/** What a finished sign-in brings. */
export interface SignIn {
  user: SessionUser;
  idToken: string;
  /** This app asked Logto for a fresh one (`prompt=login`), whatever session there was. */
  isFresh: boolean;
  tokens: Tokens;
  /** When the browser set out for Logto, milliseconds since 1970. */
  startedAt: number;
}

/** The app's own keys, as an app declares them on express-session's `SessionData`. */
export type AppData = Partial<Omit<SessionData, 'cookie'>>;

export interface EndedSession {
  /** Now the caller's to revoke. */
  tokens: Tokens | null;
  /** False when somebody else had ended it already. */
  wasLive: boolean;
}

/** A session as its user sees it in a list. */
export interface ListedSession {
  id: string;
  user: SessionUser;
  /** Milliseconds since 1970. */
  lastUsedAt: number;
}

export interface SessionList {
  sessions: ListedSession[];
  /** So many more are on this page of the index, sealed with a secret that this process lacks. */
  unreadable: number;
  /** There are more behind this page. */
  older: boolean;
}

/** Begins, changes, lists and ends sessions: the record, its tokens, and where they are found. */
export class Sessions {
  readonly middleware: RequestHandler;
  readonly tokens: TokenStore;
  readonly #store: SessionStore;
  readonly #index: UserIndex;
  readonly #active = new WeakMap<AppSession, ActiveSession>();

  constructor({ config, redis, sealer, now, onDestroyed }: SessionsOptions) {
    const { idleMs, maxMs, recheckMs } = config.session;
    this.#store = new SessionStore({
      redis,
      sealer,
      cookie: cookieAttributes(config),
      idleMs,
      now,
      end: async (id) => {
        const found = await this.#store.peek(id);
        if (!found?.record) return this.#store.delete(id);
        const ended = await this.end(id, found.record.user);
        onDestroyed?.(ended);
      },
    });
    const lifeMs = idleMs + recheckMs + TOKEN_GRACE_MS;
    this.tokens = new TokenStore({ redis, sealer, now, lifeMs });
    this.#index = new UserIndex(redis, now, maxMs);
    this.middleware = sessionMiddleware(config, this.#store);
  }

  /** @returns null for a visitor, and once the session of this request has ended. */
  of(req: Request): ActiveSession | null {
    const session = sessionOf(req);
    const record = this.#store.recordOf(session);
    if (!session || !record) return null;
    // One for the request: whoever asks later sees what a refresh has brought.
    const active = this.#active.get(session) ?? new ActiveSession(req, session.id, record);
    this.#active.set(session, active);
    return active;
  }

  /**
   * Begins a session for somebody, with a new id (S4); one that this browser had before ends. All
   * is saved when the promise resolves (C1).
   *
   * @returns null, or what was ended again at once because Logto ended the user's sessions while
   *   this sign-in was under way.
   */
  async begin(req: Request, signIn: SignIn): Promise<EndedSession | null> {
    const { user, idToken, startedAt, tokens } = signIn;
    const before = this.of(req);
    // Its refresh token is not revoked: both sign-ins share one grant at Logto, which would end with it.
    if (before) await this.end(before, before.user);
    // A new id, whatever cookie came with this request: nobody knows it.
    const session = makeSession(req);
    const begun = new ActiveSession(req, session.id, {
      user,
      idToken,
      ...(signIn.isFresh && { askedToSignInAt: user.signedInAt }),
      data: {},
    });
    try {
      // Before the record, which makes it a session: one that nobody can find can't be ended, and
      // whoever ends it takes its tokens.
      await settleAll([
        this.#index.add(user, begun.id, user.endsAt),
        this.tokens.write(begun.id, 0, tokens, user.endsAt),
      ]);
      await this.#store.create(session, begun.record);
      // Only now. `endAll` leaves its mark and then looks into the index: whoever of the two comes
      // second sees what the other did. The entry again: a list that found no record may have
      // forgotten it.
      const [wasEnded] = await Promise.all([
        this.#index.wasEnded(user, startedAt),
        this.#index.add(user, begun.id, user.endsAt),
      ]);
      if (!wasEnded) return null;
    } catch (error) {
      await this.#rollBack(begun);
      throw error;
    }
    return this.end(begun, user);
  }

  /** As far as Redis can be reached. */
  async #rollBack(begun: ActiveSession): Promise<void> {
    begun.forget();
    await Promise.allSettled([
      this.#store.delete(begun.id),
      this.tokens.take(begun.id),
      this.#index.remove(begun.user, begun.id),
    ]);
  }

  /**
   * Ends a session. This request's own is given as the object, so that the request forgets it too.
   * Once its record is deleted it has ended, so no failure after that is an error: what is left
   * opens nothing and expires.
   *
   * @throws {SessionStoreUnavailable} when it can't be known that the record is deleted.
   */
  async end(target: ActiveSession | string, owner: SessionOwner): Promise<EndedSession> {
    const id = typeof target === 'string' ? target : target.id;
    // The record first: from then on the cookie opens nothing (S7).
    if (typeof target !== 'string') target.forget();
    // The tokens are read along with it, so that they can be revoked even if Redis goes away now.
    const [read] = await Promise.all([
      this.tokens.read(id).catch(() => null),
      this.#store.delete(id),
    ]);
    const tokens = await this.tokens.take(id).catch(() => read);
    return { tokens, wasLive: await this.#index.remove(owner, id).catch(() => true) };
  }

  /**
   * Ends the sessions of a user, or of a session at Logto, and sign-ins under way at this moment.
   *
   * @param except The id of one that goes on.
   */
  async endAll(
    target: UserKey | { logtoSession: string },
    except?: string,
  ): Promise<EndedSession[]> {
    await this.#index.markEnded(target);
    const ids = (await this.#index.all(target)).filter((id) => id !== except);
    return mapInBatches(ids, async (id) => {
      const found = await this.#store.peek(id);
      return this.end(id, found?.record?.user ?? ownerBy(target));
    });
  }

  /** Ids of all sessions of a user; some may have gone idle. */
  ids(user: UserKey): Promise<string[]> {
    return this.#index.all(user);
  }

  /**
   * Changes a session as it is now: `change` is called on the stored record, again where another
   * process was faster. Resolves when it is stored.
   *
   * @returns false when the session has ended: then nothing was changed.
   * @throws {SessionStoreUnavailable} when it can't be known that the change is stored.
   */
  async update(target: ActiveSession, change: Change): Promise<boolean> {
    const record = await this.#store.update(target.id, change);
    if (record) target.record = record;
    return record !== null;
  }

  /** As {@link update}, for the app's own keys; `req.session` has the change afterwards. */
  async updateData(req: Request, change: (data: AppData) => void): Promise<boolean> {
    const session = sessionOf(req);
    if (!session || !this.#store.recordOf(session)) return false;
    const record = await this.#store.update(session.id, ({ data }) => change(data));
    if (record) this.#store.adopt(session, record);
    return record !== null;
  }

  /** Looks at a session without using it. */
  async look(id: string): Promise<ListedSession | null> {
    return listed(id, await this.#store.peek(id));
  }

  /** The user's sessions, the latest first. Those that went idle are left out and forgotten. */
  async list(user: UserKey, page: { offset: number; count: number }): Promise<SessionList> {
    // One more than is asked for tells whether there are older ones.
    const known = await this.#index.ofUser(user, { ...page, count: page.count + 1 });
    const ids = known.slice(0, page.count);
    const found = await Promise.all(ids.map((id) => this.#store.peek(id)));
    const gone = ids.filter((_id, index) => found[index] === null);
    await Promise.all(gone.map((id) => this.#index.forget(user, id)));
    const sessions = ids
      .map((id, index) => listed(id, found[index] ?? null))
      .filter((session) => session !== null);
    const unreadable = ids.length - gone.length - sessions.length;
    return { sessions, unreadable, older: known.length > page.count };
  }
}

const listed = (
  id: string,
  found: { record: SessionRecord | null; lastUsedAt: number } | null,
): ListedSession | null =>
  found?.record ? { id, user: found.record.user, lastUsedAt: found.lastUsedAt } : null;

/** The record is gone, so only the entry that led to it can be taken away. */
const ownerBy = (target: UserKey | { logtoSession: string }): SessionOwner =>
  'logtoSession' in target
    ? { iss: '', sub: '', sid: target.logtoSession }
    : { iss: target.iss, sub: target.sub, sid: null };

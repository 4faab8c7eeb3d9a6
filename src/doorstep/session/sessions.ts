import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { KitConfig } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { type CookieNaming, cookieAttributes } from '../http/cookies.ts';
import { mapInBatches, settleAll } from '../promises.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { type EndedSession, Ending, type EndReason, mayShareGrant } from './ending.ts';
import { type ListedSession, Listing, type SessionList } from './listing.ts';
import { sessionMiddleware } from './middleware.ts';
import type { SessionRecord, SessionUser, VisitorRecord } from './record.ts';
import { ActiveSession, type AppData, type AppSession, makeSession, sessionOf } from './session.ts';
import { SessionStore } from './store.ts';
import { TokenStore, type Tokens } from './token-store.ts';
import { type IndexTarget, type SessionOwner, UserIndex, type UserKey } from './user-index.ts';

/** Tokens are written at sign-in and at rechecks, and have to outlive the last page after that. */
const TOKEN_GRACE_MS = 60 * 60_000;

export interface SessionsOptions {
  config: CookieNaming & Pick<KitConfig, 'session'>;
  redis: RedisCommands;
  /** What stands before every key in Redis, whoever puts it there. */
  keyPrefix?: string | undefined;
  sealer: Sealer;
  now: () => number;
  /** Where a sign-in ends: the only route that begins a session. Default: `/callback`. */
  callbackPath?: string | undefined;
  /** Whether visitors have a session once the app writes to it. Default: `never`. */
  visitorSessions?: 'never' | 'when-written' | undefined;
  newSessionId?: (() => string) | undefined;
  /** Told of each session that ended by the way: its tokens are to be revoked. */
  onEnded?: (
    ended: EndedSession,
    line: { why: EndReason; sub: string; requestId?: string },
  ) => void;
}

/** What a finished sign-in brings. */
export interface SignIn {
  user: SessionUser;
  idToken: string;
  /** This app asked Logto for a fresh one (`prompt=login`), whatever session there was. */
  isFresh: boolean;
  tokens: Tokens;
  /** The app's own keys to begin with. */
  data?: Record<string, unknown>;
  /** When the browser set out for Logto, milliseconds since 1970. */
  startedAt: number;
}

/** Begins and changes sessions, and has them ended and listed: the record, its tokens, and where they are found. */
export class Sessions {
  readonly middleware: RequestHandler;
  readonly tokens: TokenStore;
  readonly #store: SessionStore;
  readonly #index: UserIndex;
  readonly #ending: Ending;
  readonly #listing: Listing;
  readonly #maxPerUser: number;
  readonly #onEnded: NonNullable<SessionsOptions['onEnded']>;
  readonly #active = new WeakMap<AppSession, ActiveSession>();

  constructor(options: SessionsOptions) {
    const { config, redis, sealer, now, onEnded = () => {} } = options;
    const forVisitors = options.visitorSessions === 'when-written';
    const { idleMs, maxMs, recheckMs, maxPerUser } = config.session;
    this.#maxPerUser = maxPerUser;
    this.#onEnded = onEnded;
    this.#store = new SessionStore({
      redis,
      sealer,
      cookie: cookieAttributes(config),
      idleMs,
      now,
      visitorMaxMs: forVisitors ? maxMs : null,
      end: async (id) => {
        const user = (await this.#store.peek(id))?.record?.user;
        if (!user) return this.#store.delete(id);
        onEnded(await this.end(id, user), { why: 'destroyed', sub: user.sub });
      },
    });
    const lifeMs = idleMs + recheckMs + TOKEN_GRACE_MS;
    this.tokens = new TokenStore({ redis, sealer, now, lifeMs });
    this.#index = new UserIndex(redis, now, options.keyPrefix);
    this.#ending = new Ending({ store: this.#store, tokens: this.tokens, index: this.#index });
    this.#listing = new Listing({ store: this.#store, index: this.#index });
    const { callbackPath = '/callback', newSessionId } = options;
    this.middleware = sessionMiddleware({
      config,
      store: this.#store,
      callbackPath,
      forVisitors,
      newSessionId,
    });
  }

  /** @returns null for a visitor, and once the session of this request has ended. */
  of(req: Request): ActiveSession | null {
    const session = sessionOf(req);
    const record = this.#store.recordOf(session);
    if (!session || !record?.user) return null;
    // One for the request: whoever asks later sees what a refresh has brought.
    const active = this.#active.get(session) ?? new ActiveSession(req, session.id, record);
    this.#active.set(session, active);
    return active;
  }

  /**
   * Begins a session for somebody, with a new id (S4); one that this browser had before ends. All
   * is saved when the promise resolves (C1).
   *
   * @returns false when it was ended again at once, because the user's sessions were ended while
   *   this sign-in was under way: then revoke what you hold.
   */
  async begin(req: Request, signIn: SignIn): Promise<boolean> {
    const { user, idToken, startedAt, tokens, data = {} } = signIn;
    const visitor = this.#visitorOf(req);
    const replaced = this.#replace(req, user, visitor);
    // A new id, whatever cookie came with this request: nobody knows it.
    const session = makeSession(req);
    const begun = new ActiveSession(req, session.id, {
      user,
      idToken,
      ...(signIn.isFresh && { askedToSignInAt: user.signedInAt }),
      data: { ...visitor?.data, ...data },
    });
    const write = async () => {
      this.#store.adopt(session, begun.record);
      const first = this.tokens.first(begun.id, tokens, user.endsAt);
      await this.#store.create(begun.id, session, begun.record, first);
      // Only now: whoever finds the entry ends what it leads to.
      return this.#index.add(user, begun.id, { ...user, startedAt });
    };
    try {
      const [{ count, wasEnded, wasTold }] = await settleAll([write(), replaced]);
      if (!wasEnded) {
        // `askToRecheck` leaves its mark first too, and may have found no entry here yet.
        if (wasTold) await this.#mark([begun.id]);
        // The sign-in is done by now; what Redis fails to do here, the next one does.
        if (count > this.#maxPerUser) await this.#endSurplus(begun).catch(() => {});
        return true;
      }
    } catch (error) {
      await this.#rollBack(begun);
      throw error;
    }
    await this.end(begun, user);
    return false;
  }

  /** What a visitor's session holds comes along (a basket, say). */
  #visitorOf(req: Request): VisitorRecord | null {
    const record = this.#store.recordOf(sessionOf(req));
    return record?.user === null ? record : null;
  }

  /** Ends what this browser had before, a visitor's session too. */
  async #replace(req: Request, user: SessionUser, visitor: VisitorRecord | null): Promise<void> {
    const before = this.of(req);
    if (before) {
      const ended = await this.end(before, before.user);
      // Else both sign-ins share one grant at Logto, which would end with the refresh token.
      if (!mayShareGrant(before.user, user)) this.#tell('replaced', before, [ended]);
    } else if (visitor) await this.#store.delete(req.sessionID);
  }

  /** As far as Redis can be reached. */
  async #rollBack(begun: ActiveSession): Promise<void> {
    begun.forget();
    await Promise.allSettled([
      this.tokens.takeWithRecord(begun.id),
      this.#index.leave(begun.user, begun.id),
    ]);
  }

  async #endSurplus(begun: ActiveSession): Promise<void> {
    this.#tell('too_many', begun, await this.#ending.endSurplus(begun, this.#maxPerUser));
  }

  #tell(why: EndReason, { user, requestId }: ActiveSession, ended: EndedSession[]): void {
    for (const one of ended) this.#onEnded(one, { why, sub: user.sub, requestId });
  }

  /** See {@link Ending.end}. */
  end(target: ActiveSession | string, owner: SessionOwner): Promise<EndedSession> {
    return this.#ending.end(target, owner);
  }

  /** See {@link Ending.endAll}. */
  endAll(target: IndexTarget, except?: string): Promise<EndedSession[]> {
    return this.#ending.endAll(target, except);
  }

  /**
   * Notes when a user was changed at Logto, by Logto's clock, in milliseconds since 1970.
   *
   * @returns false when a later change is known.
   */
  noteChange(user: UserKey, updatedAt: number): Promise<boolean> {
    return this.#index.noteChange(user, updatedAt);
  }

  /**
   * Has all sessions of these users ask Logto at their next request. What is being refreshed at this
   * moment may have asked before the change, so that does not take the mark away; a sign-in that did so
   * is marked as it begins.
   *
   * @returns how many sessions there are; some may have gone idle.
   */
  async askToRecheck(users: readonly UserKey[]): Promise<number> {
    await mapInBatches(users, (user) => this.#index.markTold(user));
    const ids = (await mapInBatches(users, (user) => this.#index.all(user))).flat();
    await this.#mark(ids);
    return ids.length;
  }

  async #mark(ids: readonly string[]): Promise<void> {
    const mark = randomUUID();
    await mapInBatches(ids, (id) =>
      this.#store.update(id, ({ user }) => {
        if (user) user.recheck = { mark, notBefore: 0 };
      }),
    );
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
  async update(target: ActiveSession, change: (record: SessionRecord) => void): Promise<boolean> {
    const record = await this.#store.update(target.id, (stored) => {
      if (stored.user) change(stored);
    });
    if (!record?.user) return false;
    target.record = record;
    return true;
  }

  /** As {@link update}, for the app's own keys; `req.session` has the change afterwards. */
  async updateData(req: Request, change: (data: AppData) => void): Promise<boolean> {
    const session = sessionOf(req);
    if (!session || !this.#store.recordOf(session)) return false;
    const record = await this.#store.update(session.id, ({ data }) => change(data));
    if (record) this.#store.adopt(session, record);
    return record !== null;
  }

  /** Stores what this request has written to `req.session`. */
  async save(req: Request): Promise<void> {
    const session = sessionOf(req);
    if (session) await promisify((done) => session.save(done));
  }

  /** See {@link Listing.look}. */
  look(id: string): Promise<ListedSession | null> {
    return this.#listing.look(id);
  }

  /** See {@link Listing.list}. */
  list(user: UserKey, page: { offset: number; count: number }): Promise<SessionList> {
    return this.#listing.list(user, page);
  }
}

const promisify = (act: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => act((error) => (error ? reject(error) : resolve())));

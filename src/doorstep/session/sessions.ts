import type { Request, RequestHandler } from 'express';
import type { KitConfig } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { type CookieNaming, cookieAttributes } from '../http/cookies.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { mapInBatches, settleAll } from '../redis/errors.ts';
import type { AppData } from './app-data.ts';
import { sessionMiddleware } from './middleware.ts';
import type { AnyRecord, SessionRecord, SessionUser } from './record.ts';
import { ActiveSession, type AppSession, makeSession, sessionOf } from './session.ts';
import { SessionStore } from './store.ts';
import { TokenStore, type Tokens } from './token-store.ts';
import { type IndexTarget, type SessionOwner, UserIndex, type UserKey } from './user-index.ts';

/** Tokens are written at sign-in and at rechecks, and have to outlive the last page after that. */
const TOKEN_GRACE_MS = 60 * 60_000;

export interface SessionsOptions {
  config: CookieNaming & Pick<KitConfig, 'session'>;
  redis: RedisCommands;
  sealer: Sealer;
  now: () => number;
  /** Where a sign-in ends: the only route that begins a session. Default: `/callback`. */
  callbackPath?: string | undefined;
  /** Whether visitors have a session once the app writes to it. Default: `never`. */
  visitorSessions?: 'never' | 'when-written' | undefined;
  /** Told of each session that ended by the way: its tokens are to be revoked. */
  onEnded?: (ended: EndedSession, why: EndedWhy, by: ActiveSession | null) => void;
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

/**
 * By the app's `req.session.destroy()` or `regenerate()`; by a sign-in in the same browser, as
 * somebody else or with another grant; or by a sign-in over the limit of sessions for one person.
 */
export type EndedWhy = 'destroyed' | 'replaced' | 'too_many';

export interface EndedSession {
  /** Now the caller's to revoke; null also while another session lives on the same grant at Logto. */
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
        const found = await this.#store.peek(id);
        if (!found?.record?.user) return this.#store.delete(id);
        onEnded(await this.end(id, found.record.user), 'destroyed', null);
      },
    });
    const lifeMs = idleMs + recheckMs + TOKEN_GRACE_MS;
    this.tokens = new TokenStore({ redis, sealer, now, lifeMs });
    this.#index = new UserIndex(redis, now, maxMs);
    const { callbackPath = '/callback' } = options;
    this.middleware = sessionMiddleware({ config, store: this.#store, callbackPath, forVisitors });
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
   * @returns null, or what was ended again at once because Logto ended the user's sessions while
   *   this sign-in was under way.
   */
  async begin(req: Request, signIn: SignIn): Promise<EndedSession | null> {
    const { user, idToken, startedAt, tokens, data = {} } = signIn;
    const before = this.of(req);
    const visitor = await this.#takeVisitor(req);
    if (before) {
      const ended = await this.end(before, before.user);
      // Else both sign-ins share one grant at Logto, which would end with the refresh token.
      if (!mayShareGrant(before.user, user)) this.#onEnded(ended, 'replaced', before);
    }
    // A new id, whatever cookie came with this request: nobody knows it.
    const session = makeSession(req);
    const begun = new ActiveSession(req, session.id, {
      user,
      idToken,
      ...(signIn.isFresh && { askedToSignInAt: user.signedInAt }),
      data: { ...visitor, ...data },
    });
    try {
      // Before the record, which makes it a session: one that nobody can find can't be ended, and
      // whoever ends it takes its tokens.
      await settleAll([
        this.#index.add(user, begun.id, user.endsAt),
        this.tokens.write(begun.id, 0, tokens, user.endsAt),
      ]);
      this.#store.adopt(session, begun.record);
      await this.#store.create(begun.id, session, begun.record);
      // Only now. `endAll` leaves its mark and then looks into the index: whoever of the two comes
      // second sees what the other did. The entry again: a list that found no record may have
      // forgotten it.
      const [wasEnded, count] = await Promise.all([
        this.#index.wasEnded(user, startedAt),
        this.#index.add(user, begun.id, user.endsAt),
      ]);
      if (!wasEnded) {
        // The sign-in is done by now; what Redis fails to do here, the next one does.
        if (count > this.#maxPerUser) await this.#endSurplus(begun).catch(() => {});
        return null;
      }
    } catch (error) {
      await this.#rollBack(begun);
      throw error;
    }
    return this.end(begun, user);
  }

  /** What a visitor's session holds comes along (a basket, say), and its id ends with it. */
  async #takeVisitor(req: Request): Promise<Record<string, unknown>> {
    const session = sessionOf(req);
    const record = this.#store.recordOf(session);
    if (!session || !record || record.user) return {};
    await this.#store.delete(session.id);
    return record.data;
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
    const wasLive = await this.#index.remove(owner, id).catch(() => true);
    const isShared = tokens !== null && (await this.#isGrantShared(owner).catch(() => false));
    return { tokens: isShared ? null : tokens, wasLive };
  }

  /**
   * Sessions that came from one session at Logto share its grant, and revoking a refresh token ends
   * the whole of it. Asked after the index was left: of two that end at once, the last one sees
   * nobody.
   */
  async #isGrantShared({ sid }: SessionOwner): Promise<boolean> {
    if (!sid) return false;
    const others = await this.#index.page({ logtoSession: sid }, { offset: 0, count: 20 });
    for (const id of others) if ((await this.#store.idleLeftMs(id)) !== null) return true;
    return false;
  }

  /**
   * Over the limit, those go that were unused for longest. Only older ones than the one that has just
   * begun: of two sign-ins at once, each would otherwise end the other's.
   */
  async #endSurplus(begun: ActiveSession): Promise<void> {
    const { user } = begun;
    const ids = await this.#index.all(user);
    const left = new Map(
      await mapInBatches(ids, async (id) => [id, await this.#store.idleLeftMs(id)] as const),
    );
    const idle = ids.filter((id) => left.get(id) === null);
    await mapInBatches(idle, (id) => this.#index.forget(user, id));
    const surplus = ids
      .slice(ids.indexOf(begun.id) + 1)
      .filter((id) => left.get(id) !== null)
      .sort((a, b) => (left.get(a) ?? 0) - (left.get(b) ?? 0))
      .slice(0, Math.max(0, ids.length - idle.length - this.#maxPerUser));
    await mapInBatches(surplus, async (id) => {
      this.#onEnded(await this.#endFound(id, user), 'too_many', begun);
    });
  }

  /** Ends a session that an index led to. */
  async #endFound(id: string, target: IndexTarget): Promise<EndedSession> {
    const found = await this.#store.peek(id);
    return this.end(id, found?.record?.user ?? ownerBy(target));
  }

  /**
   * Ends the sessions of a user, or of a session at Logto, and sign-ins under way at this moment.
   *
   * @param except The id of one that goes on.
   */
  async endAll(target: IndexTarget, except?: string): Promise<EndedSession[]> {
    await this.#index.markEnded(target);
    const ids = (await this.#index.all(target)).filter((id) => id !== except);
    return mapInBatches(ids, (id) => this.#endFound(id, target));
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

  /** Looks at a session without using it. */
  async look(id: string): Promise<ListedSession | null> {
    return listed(id, await this.#store.peek(id));
  }

  /** The user's sessions, the latest first. Those that went idle are left out and forgotten. */
  async list(user: UserKey, page: { offset: number; count: number }): Promise<SessionList> {
    // One more than is asked for tells whether there are older ones.
    const known = await this.#index.page(user, { ...page, count: page.count + 1 });
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

const promisify = (act: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => act((error) => (error ? reject(error) : resolve())));

const listed = (
  id: string,
  found: { record: AnyRecord | null; lastUsedAt: number } | null,
): ListedSession | null =>
  found?.record?.user ? { id, user: found.record.user, lastUsedAt: found.lastUsedAt } : null;

/** The record is gone, so only the entry that led to it can be taken away. */
const ownerBy = (target: IndexTarget): SessionOwner =>
  'logtoSession' in target
    ? { iss: '', sub: '', sid: target.logtoSession }
    : { iss: target.iss, sub: target.sub, sid: null };

/** Logto's grant belongs to one session there. Where Logto names none (`sid`), both may be of one. */
const mayShareGrant = (a: SessionOwner, b: SessionOwner): boolean =>
  a.iss === b.iss && a.sub === b.sub && (!a.sid || !b.sid || a.sid === b.sid);

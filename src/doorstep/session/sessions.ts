import type { Request, RequestHandler } from 'express';
import type { Config } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import type { SessionRedis } from '../redis/commands.ts';
import { allOf, inGroups } from '../redis/errors.ts';
import { sessionMiddleware } from './middleware.ts';
import { renew } from './renew.ts';
import {
  type AppSession,
  cookieAttributes,
  type SignedInUser,
  saveSession,
  settled,
} from './session.ts';
import { SessionStore } from './store.ts';
import { TokenStore, type Tokens } from './token-store.ts';
import { Directory, type Owner, type UserKey, type Whose } from './user-index.ts';

/** Tokens are written at sign-in and at rechecks, and have to outlive the last page after that. */
const SLACK = 60 * 60_000;

export interface SessionDeps {
  config: Config;
  redis: SessionRedis;
  sealer: Sealer;
  now: () => number;
}

/** What a finished sign-in brings. */
export interface SignIn {
  user: SignedInUser;
  idToken: string;
  /** This app asked Logto for a fresh one (`prompt=login`), whatever session there was. */
  wasAskedFor: boolean;
  tokens: Tokens;
  /** When the browser set out for Logto, milliseconds since 1970. */
  startedAt: number;
}

export interface EndedSession {
  /** Now the caller's to revoke. */
  tokens: Tokens | null;
  /** False when somebody else had ended it already. */
  wasLive: boolean;
}

/** A session as its user sees it in a list. */
export interface ListedSession {
  id: string;
  user: SignedInUser;
  /** Milliseconds since 1970. */
  lastUsedAt: number;
}

export interface SessionList {
  sessions: ListedSession[];
  /** So many more are on this page of the directory, sealed with a secret that this process lacks. */
  unreadable: number;
  /** There are more behind this page. */
  older: boolean;
}

/** Begins, lists and ends sessions: the record, its tokens, and where they are found. */
export interface Sessions {
  middleware: RequestHandler;
  tokens: TokenStore;
  /**
   * Begins a session for somebody, with a new id (S4); one that this browser had before ends. All
   * is saved when the promise resolves (C1). @returns null, or what was ended again at once because
   * Logto ended the user's sessions while this sign-in was under way.
   */
  begin(req: Request, signIn: SignIn): Promise<EndedSession | null>;
  /** Ends a session. This request's own is given as the object, so that the request forgets it too. */
  end(session: AppSession | string, owner: Owner): Promise<EndedSession>;
  /** Ends the sessions of a user, or of a session at Logto, and sign-ins under way at this moment. */
  endAll(whose: Whose, except?: string): Promise<EndedSession[]>;
  /** Ids of all sessions of a user; some may have gone idle. */
  ids(user: UserKey): Promise<string[]>;
  /** Changes the user of a session as it is now. Nothing happens when it has ended. */
  update(id: string, change: (user: SignedInUser) => void): Promise<void>;
  /** Looks at a session without using it. */
  look(id: string): Promise<ListedSession | null>;
  /** The user's sessions, the latest first. Those that went idle are left out and forgotten. */
  list(user: UserKey, page: { offset: number; count: number }): Promise<SessionList>;
}

export function createSessions({ config, redis, sealer, now }: SessionDeps): Sessions {
  const { idleMs } = config.session;
  const cookie = cookieAttributes(config);
  const store = new SessionStore({ redis, sealer, cookie, idleMs, now });
  const tokens = new TokenStore({
    redis,
    sealer,
    now,
    lifeMs: idleMs + config.session.recheckMs + SLACK,
  });
  const directory = new Directory(redis, now, config.session.maxMs);

  async function end(target: AppSession | string, owner: Owner): Promise<EndedSession> {
    const sessionId = typeof target === 'string' ? target : target.id;
    // The record first: from then on the cookie opens nothing (S7).
    await settled((done) => {
      if (typeof target === 'string') store.destroy(target, done);
      else target.destroy(done);
    });
    const taken = await tokens.take(sessionId);
    return { tokens: taken, wasLive: await directory.remove(owner, sessionId) };
  }

  async function begin(req: Request, signIn: SignIn): Promise<EndedSession | null> {
    const { user, idToken, startedAt } = signIn;
    const begun = await renew(req, end);
    try {
      begun.user = user;
      begun.idToken = idToken;
      if (signIn.wasAskedFor) begun.askedToSignInAt = user.signedInAt;
      // Before the record, which makes it a session: one that nobody can find can't be ended, and
      // whoever ends it takes its tokens.
      await allOf([
        directory.add(user, begun.id, user.endsAt),
        tokens.write(begun.id, 0, signIn.tokens, user.endsAt),
      ]);
      await saveSession(begun);
      // Only now. `endAll` leaves its mark and then looks into the directory: whoever of the two comes
      // second sees what the other did. The entry again: a list that found no record may have
      // forgotten it.
      const [wasEnded] = await Promise.all([
        directory.wasEnded(user, startedAt),
        directory.add(user, begun.id, user.endsAt),
      ]);
      if (!wasEnded) return null;
    } catch (error) {
      await takeBack(begun, user);
      throw error;
    }
    return end(begun, user);
  }

  /** As far as Redis can be reached. The request must forget it too: else it would be saved at its end. */
  async function takeBack(begun: AppSession, user: SignedInUser): Promise<void> {
    await Promise.allSettled([
      settled((done) => begun.destroy(done)),
      tokens.take(begun.id),
      directory.remove(user, begun.id),
    ]);
  }

  async function endAll(whose: Whose, except?: string): Promise<EndedSession[]> {
    await directory.markEnded(whose);
    const ids = (await directory.all(whose)).filter((id) => id !== except);
    const endOne = async (id: string) => {
      const user = (await store.peek(id))?.user;
      return end(id, user ?? nobody(whose));
    };
    return inGroups(ids, endOne);
  }

  async function list(
    user: UserKey,
    page: { offset: number; count: number },
  ): Promise<SessionList> {
    // One more than is asked for tells whether there are older ones.
    const known = await directory.ofUser(user, { ...page, count: page.count + 1 });
    const ids = known.slice(0, page.count);
    const found = await Promise.all(ids.map((id) => store.peek(id)));
    const gone = ids.filter((_id, index) => found[index] === null);
    await Promise.all(gone.map((id) => directory.forget(user, id)));
    const sessions = ids
      .map((id, index) => listed(id, found[index] ?? null))
      .filter((session) => session !== null);
    const unreadable = ids.length - gone.length - sessions.length;
    return { sessions, unreadable, older: known.length > page.count };
  }

  return {
    middleware: sessionMiddleware(config, store),
    tokens,
    begin,
    end,
    endAll,
    ids: (user) => directory.all(user),
    update: (id, change) => store.update(id, change),
    look: async (id) => listed(id, await store.peek(id)),
    list,
  };
}

const listed = (
  id: string,
  found: { user: SignedInUser | null; lastUsedAt: number } | null,
): ListedSession | null =>
  found?.user ? { id, user: found.user, lastUsedAt: found.lastUsedAt } : null;

/** The record is gone, so only the entry that led to it can be taken away. */
const nobody = (whose: Whose): Owner =>
  'logtoSession' in whose
    ? { iss: '', sub: '', sid: whose.logtoSession }
    : { iss: whose.iss, sub: whose.sub, sid: null };

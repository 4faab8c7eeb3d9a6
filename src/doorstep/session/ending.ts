import type { Logger } from 'pino';
import { mapInBatches } from '../promises.ts';
import type { SessionUser } from './record.ts';
import type { ActiveSession } from './session.ts';
import type { SessionStore } from './store.ts';
import type { TokenStore, Tokens } from './token-store.ts';
import type { IndexTarget, SessionOwner, UserIndex } from './user-index.ts';

/** What a refresh may find: Logto no longer confirms the person. */
export const REFRESH_END_REASONS = [
  'access_denied',
  'invalid_grant',
  'no_refresh_token',
  'ended_meanwhile',
  'identity_changed',
] as const;

/** Why a session ended, other than by signing out. */
export const END_REASONS = [
  /** On the page that lists the person's sessions. */
  'by_its_user',
  /** By the app's `req.session.destroy()` or `regenerate()`. */
  'destroyed',
  /** By a sign-in in the same browser, as somebody else or with another grant. */
  'replaced',
  /** By a sign-in over the limit of sessions for one person. */
  'too_many',
  /** At Logto, which has told us by a webhook. */
  'suspended',
  'deleted',
  /** Hugging Face says that the person is no member any more, where only members may come in. */
  'no_member',
  ...REFRESH_END_REASONS,
] as const;
export type EndReason = (typeof END_REASONS)[number];

export interface EndedSession {
  /** Now the caller's to revoke; null also while another session lives on the same grant at Logto. */
  tokens: Tokens | null;
  /** False when somebody else had ended it already. */
  wasLive: boolean;
}

/** One line for each end, or for several at once, wherever it comes from. */
export function logEnded(
  logger: Logger,
  line: { why: EndReason; sub: string; requestId?: string | undefined; sessions?: number },
): void {
  logger.info({ event: 'session.ended', ...line }, 'Session ended');
}

export interface EndingParts {
  store: SessionStore;
  tokens: TokenStore;
  index: UserIndex;
}

/** Ends sessions: the record, its tokens, and where they are found. */
export class Ending {
  readonly #parts: EndingParts;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  /**
   * Ends a session. This request's own is given as the object, so that the request forgets it too.
   * Once its record is deleted it has ended, so no failure after that is an error: what is left
   * opens nothing and expires.
   *
   * @throws {SessionStoreUnavailable} when it can't be known that the record is deleted.
   */
  async end(target: ActiveSession | string, owner: SessionOwner): Promise<EndedSession> {
    const { tokens, index } = this.#parts;
    const id = typeof target === 'string' ? target : target.id;
    if (typeof target !== 'string') target.forget();
    const taken = await tokens.takeWithRecord(id);
    const left = await index.leave(owner, id).catch(() => ({ wasThere: true, others: [] }));
    const isShared = taken !== null && (await this.#isAnyLive(left.others).catch(() => false));
    return { tokens: isShared ? null : taken, wasLive: left.wasThere };
  }

  /**
   * Ends the sessions of a user, or of a session at Logto, and sign-ins under way at this moment.
   *
   * @param except The id of one that goes on.
   */
  async endAll(target: IndexTarget, except?: string): Promise<EndedSession[]> {
    const { index } = this.#parts;
    await index.markEnded(target);
    const ids = (await index.all(target)).filter((id) => id !== except);
    return mapInBatches(ids, (id) => this.#endFound(id, target));
  }

  /**
   * Over the limit, those go that were unused for longest. Only older ones than the one that has just
   * begun: of two sign-ins at once, each would otherwise end the other's.
   */
  async endSurplus(begun: ActiveSession, maxPerUser: number): Promise<EndedSession[]> {
    const { store, index } = this.#parts;
    const { user } = begun;
    const ids = await index.all(user);
    const left = new Map(
      await mapInBatches(ids, async (id) => [id, await store.idleLeftMs(id)] as const),
    );
    const idle = ids.filter((id) => left.get(id) === null);
    await mapInBatches(idle, (id) => index.forget(user, id));
    const surplus = ids
      .slice(ids.indexOf(begun.id) + 1)
      .filter((id) => left.get(id) !== null)
      .sort((a, b) => (left.get(a) ?? 0) - (left.get(b) ?? 0))
      .slice(0, Math.max(0, ids.length - idle.length - maxPerUser));
    return mapInBatches(surplus, (id) => this.#endFound(id, user));
  }

  /** Ends a session that an index led to. */
  async #endFound(id: string, target: IndexTarget): Promise<EndedSession> {
    const found = await this.#parts.store.peek(id);
    return this.end(id, found?.record?.user ?? ownerBy(target));
  }

  /**
   * Sessions that came from one session at Logto share its grant, and revoking a refresh token ends
   * the whole of it. The others are those found as the index was left: of two that end at once, the
   * last one sees nobody.
   */
  async #isAnyLive(others: string[]): Promise<boolean> {
    for (const id of others) if ((await this.#parts.store.idleLeftMs(id)) !== null) return true;
    return false;
  }
}

/** The record is gone, so only the entry that led to it can be taken away. */
const ownerBy = (target: IndexTarget): SessionOwner =>
  'logtoSession' in target
    ? { iss: '', sub: '', sid: target.logtoSession }
    : { iss: target.iss, sub: target.sub, sid: null };

/** Logto's grant belongs to one session there. Where Logto names none (`sid`), both may be of one. */
export const mayShareGrant = (a: SessionUser, b: SessionUser): boolean =>
  a.iss === b.iss && a.sub === b.sub && (!a.sid || !b.sid || a.sid === b.sid);

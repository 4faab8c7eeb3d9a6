import { mapInBatches } from '../promises.ts';
import type { AnyRecord, SessionUser } from './record.ts';
import type { SessionStore } from './store.ts';
import type { UserIndex, UserKey } from './user-index.ts';

/** A session as its user sees it in a list. */
export interface ListedSession {
  id: string;
  user: SessionUser;
  /** Milliseconds since 1970. */
  lastUsedAt: number;
}

export interface SessionList {
  sessions: ListedSession[];
  /** So many more are on this page, sealed with a secret that this process lacks. */
  unreadable: number;
  /** There are more behind this page. */
  older: boolean;
  /** On all pages, with those that can't be read. */
  total: number;
}

/** Lists sessions, without using them. */
export class Listing {
  readonly #store: SessionStore;
  readonly #index: UserIndex;

  constructor({ store, index }: { store: SessionStore; index: UserIndex }) {
    this.#store = store;
    this.#index = index;
  }

  /** Looks at a session without using it. */
  async look(id: string): Promise<ListedSession | null> {
    return listed(id, await this.#store.peek(id));
  }

  /**
   * The user's sessions, the latest first. Those that went idle are left out and forgotten: every lifetime
   * is asked for, of as many as a user may have; of the records, only those of the page.
   */
  async list(user: UserKey, page: { offset: number; count: number }): Promise<SessionList> {
    const known = await mapInBatches(await this.#index.all(user), async (id) => ({
      id,
      lastUsedAt: await this.#store.lastUsedAt(id),
    }));
    const gone = known.filter(({ lastUsedAt }) => lastUsedAt === null);
    await mapInBatches(gone, ({ id }) => this.#index.forget(user, id));
    const there = known.filter(isThere);
    const end = page.offset + page.count;
    const onPage = there.slice(page.offset, end);
    const found = await mapInBatches(onPage, async ({ id, lastUsedAt }) =>
      listed(id, { record: await this.#store.read(id), lastUsedAt }),
    );
    const sessions = found.filter((session) => session !== null);
    const unreadable = onPage.length - sessions.length;
    return { sessions, unreadable, older: there.length > end, total: there.length };
  }
}

const isThere = (known: {
  id: string;
  lastUsedAt: number | null;
}): known is { id: string; lastUsedAt: number } => known.lastUsedAt !== null;

const listed = (
  id: string,
  found: { record: AnyRecord | null; lastUsedAt: number } | null,
): ListedSession | null =>
  found?.record?.user ? { id, user: found.record.user, lastUsedAt: found.lastUsedAt } : null;

import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { CookieOptions, Session, SessionData } from 'express-session';
import type { Sealer } from '../crypto/sealer.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { recordKey, tokensKey } from './keys.ts';
import { type AnyRecord, parseRecord, serializeRecord } from './record.ts';
import { type Change, Updates } from './updates.ts';

/** Raise the number when the stored form changes: older records then read as "no session". */
export const SESSION_PURPOSE = 'session v3';

type Callback<Data> = (error?: unknown, data?: Data | null) => void;

interface StoreOptions {
  redis: RedisCommands;
  sealer: Sealer;
  cookie: CookieOptions;
  idleMs: number;
  now: () => number;
  /** How long the session of a visitor may last, milliseconds; null: visitors have none. */
  visitorMaxMs: number | null;
  /** Ends a session wholly, its tokens and index entries too, for `req.session.destroy()`. */
  end: (id: string) => Promise<unknown>;
}

/**
 * Sessions in Redis, sealed, under `session:<id>`. A page costs one command: GETEX reads and slides
 * the idle lifetime, so that nothing is left to touch at its end.
 *
 * express-session sees the app's own keys only, and of those it saves, what this request changed is
 * written over the record as it is now. So a slow request neither loses what others wrote nor brings
 * back what was signed out (C2). Redis failing is an error, never "no session" (C21).
 */
export class SessionStore extends RedisStore {
  readonly #options: StoreOptions;
  readonly #updates: Updates;
  /** The record behind what express-session was given. */
  readonly #records = new WeakMap<SessionData, AnyRecord>();

  constructor(options: StoreOptions) {
    // connect-redis can't know our key names when it serialises, so reading and writing are ours.
    super({ client: options.redis, prefix: recordKey('') });
    this.#options = options;
    this.#updates = new Updates({
      read: (id) => options.redis.getBuffer(recordKey(id)),
      write: (id, revision, sealed) => options.redis.updateSession(recordKey(id), revision, sealed),
      open: (id, sealed) => this.#open(id, sealed),
      seal: (id, record) => this.#seal(id, record),
    });
    // For a store with a touch, express-session compares the session once more at each page's end.
    Object.defineProperty(this, 'touch', { value: undefined });
  }

  /** The record behind a session that was read from Redis or created there. */
  recordOf(session: SessionData | undefined): AnyRecord | undefined {
    return session && this.#records.get(session);
  }

  /** Keeps the first record of a session, under an id that is new, and its tokens with it. */
  async create(
    id: string,
    session: SessionData,
    record: AnyRecord,
    tokens?: { sealed: Buffer; ttl: number },
  ): Promise<void> {
    const { redis, idleMs } = this.#options;
    const key = recordKey(id);
    const sealed = this.#seal(id, record);
    // Not cut at the session's end, which #open sees to: "last used" is read from what is left.
    if (!tokens) await redis.set(key, sealed, 'PX', idleMs, 'NX');
    else await redis.createSession(key, tokensKey(id), sealed, idleMs, tokens.sealed, tokens.ttl);
    this.#records.set(session, record);
  }

  /**
   * Changes a session as it is now. Resolves when the change is stored.
   *
   * @returns the record after the change; null when the session has ended: it is not brought back.
   * @throws {SessionStoreUnavailable} when it can't be known that the change is stored.
   */
  update(id: string, change: Change): Promise<AnyRecord | null> {
    return this.#updates.add(id, change);
  }

  /** Gives `session` what somebody else has changed meanwhile, beside what this request changed. */
  adopt(session: SessionData, record: AnyRecord): void {
    const before = this.#records.get(session)?.data ?? {};
    const mine = new Set(changedKeys(before, session).map(([key]) => key));
    const theirs = jsonCopy(record.data);
    for (const key of new Set([...Object.keys(before), ...Object.keys(theirs)])) {
      if (mine.has(key)) continue;
      if (Object.hasOwn(theirs, key)) Reflect.set(session, key, theirs[key]);
      else Reflect.deleteProperty(session, key);
    }
    this.#records.set(session, record);
  }

  override async get(id: string, callback?: Callback<SessionData>): Promise<void> {
    const { redis, idleMs, cookie } = this.#options;
    await this.#answer(callback, async () => {
      const record = await this.#open(id, await redis.getexBuffer(recordKey(id), 'PX', idleMs));
      if (!record) return null;
      // No expiry here: the cookie is set once, at sign-in, and not again when a session changes.
      const data = { ...jsonCopy(record.data), cookie: { ...cookie, originalMaxAge: null } };
      this.#records.set(data, record);
      return data;
    });
  }

  override async set(id: string, session: SessionData, callback?: Callback<never>): Promise<void> {
    await this.#answer(callback, async () => {
      const before = this.#records.get(session);
      if (!before) return this.#setVisitor(id, session);
      const changed = changedKeys(before.data, session);
      if (changed.length === 0) return null;
      const record = await this.update(id, ({ data }) => {
        for (const [key, value] of changed) {
          if (value === undefined) delete data[key];
          else data[key] = value;
        }
      });
      if (record) this.#records.set(session, record);
      return null;
    });
  }

  /**
   * Reads a session without using it: its idle lifetime goes on.
   *
   * @returns null when it is gone; without a record when it is there, but sealed with a key that we don't have.
   */
  async peek(id: string): Promise<{ record: AnyRecord | null; lastUsedAt: number } | null> {
    const [sealed, lastUsedAt] = await Promise.all([
      this.#options.redis.getBuffer(recordKey(id)),
      this.lastUsedAt(id),
    ]);
    if (!sealed || lastUsedAt === null) return null;
    return { record: await this.#open(id, sealed), lastUsedAt };
  }

  /** As {@link peek}, without asking when it was used. */
  async read(id: string): Promise<AnyRecord | null> {
    return this.#open(id, await this.#options.redis.getBuffer(recordKey(id)));
  }

  /** @returns when it was last used, milliseconds since 1970; null when it is gone. */
  async lastUsedAt(id: string): Promise<number | null> {
    const left = await this.idleLeftMs(id);
    return left === null ? null : this.#options.now() - (this.#options.idleMs - left);
  }

  /** @returns how much is left of its idle lifetime, milliseconds; null when it is gone. */
  async idleLeftMs(id: string): Promise<number | null> {
    const left = await this.#options.redis.pttl(recordKey(id));
    return left < 0 ? null : left;
  }

  /** Deletes the record: from then on the cookie opens nothing (S7). */
  async delete(id: string): Promise<void> {
    await this.#options.redis.del(recordKey(id));
  }

  override async destroy(id: string, callback?: Callback<never>): Promise<void> {
    await this.#answer(callback, async () => {
      await this.#options.end(id);
      return null;
    });
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    const record = this.#records.get(data);
    if (record) this.#records.set(session, record);
    return session;
  }

  override async all(): Promise<never> {
    throw new Error('Sessions are never scanned for: ask the index of a user');
  }
  override ids = this.all;
  override length = this.all;
  override clear = this.all;

  /** Made by express-session for a visitor: kept when the app has written to it and wants that. */
  async #setVisitor(id: string, session: SessionData): Promise<null> {
    const { visitorMaxMs, now } = this.#options;
    const { cookie: _, ...data } = session;
    if (visitorMaxMs !== null && Object.keys(data).length > 0) {
      await this.create(id, session, {
        user: null,
        endsAt: now() + visitorMaxMs,
        data: jsonCopy(data),
      });
    }
    return null;
  }

  #seal(id: string, record: AnyRecord): Buffer {
    return this.#options.sealer.seal(serializeRecord(record), SESSION_PURPOSE, id);
  }

  /** Past its absolute lifetime, or sealed with a key that is gone: no session. */
  async #open(id: string, sealed: Buffer | null): Promise<AnyRecord | null> {
    const { redis, sealer, now } = this.#options;
    const json = sealed && sealer.unseal(sealed, SESSION_PURPOSE, id);
    const record = json ? parseRecord(json) : null;
    if (!record || endOf(record) > now()) return record;
    await redis.del(recordKey(id));
    return null;
  }

  async #answer<Data>(
    callback: Callback<Data> | undefined,
    work: () => Promise<Data | null>,
  ): Promise<void> {
    let data: Data | null;
    try {
      data = await work();
    } catch (error) {
      return callback?.(error);
    }
    // Outside the try: what the callback throws is not Redis's fault.
    callback?.(null, data);
  }
}

/** The app's top-level keys that differ from what was read, with their new value; deleted: undefined. */
function changedKeys(
  before: Record<string, unknown>,
  { cookie: _, ...session }: SessionData,
): [key: string, value: unknown][] {
  // As it would be stored, and a copy: the request may go on changing it meanwhile.
  const after = jsonCopy(session);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => [key, after[key]]);
}

const endOf = (record: AnyRecord) => (record.user ? record.user.endsAt : record.endsAt);

const jsonCopy = (data: object): Record<string, unknown> => JSON.parse(JSON.stringify(data));

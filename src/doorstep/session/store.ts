import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { CookieOptions, Session, SessionData } from 'express-session';
import type { Sealer } from '../crypto/sealer.ts';
import { SessionStoreUnavailable } from '../errors.ts';
import type { SessionRedis } from '../redis/commands.ts';
import { askRedis } from '../redis/errors.ts';
import type { SignedInUser } from './session.ts';

const PREFIX = 'session:';
/** Raise the number when the stored shape changes: older records then read as "no session". */
export const SESSION_PURPOSE = 'session v3';

type Callback<Data> = (error?: unknown, data?: Data | null) => void;
type StoredRecord = Omit<SessionData, 'cookie'>;

/** Marks a session object that is in Redis. */
const STORED = Symbol('stored');
/** The JSON that a record was read from. */
const AS_READ = Symbol('as read');

/** Whether a session has been read from Redis, or saved there: then a save only overwrites it. */
export const isStored = (session: SessionData): boolean => Object.hasOwn(session, STORED);

interface StoreOptions {
  redis: SessionRedis;
  sealer: Sealer;
  cookie: CookieOptions;
  idleMs: number;
  now: () => number;
}

/**
 * Sessions in Redis, sealed, under `session:<id>`. A page costs one command: GETEX reads and slides
 * the idle lifetime, so that nothing is left to touch at its end.
 *
 * The first save of a session is NX and every later one XX, so that a slow request can't bring back
 * what was signed out meanwhile (C2). Redis failing is an error, never "no session" (C21).
 */
export class SessionStore extends RedisStore {
  readonly #options: StoreOptions;

  constructor(options: StoreOptions) {
    // connect-redis can't know our key names when it serialises, so reading and writing are ours.
    super({ client: options.redis, prefix: PREFIX });
    this.#options = options;
    // For a store with a touch, express-session compares the session once more at each page's end.
    Object.defineProperty(this, 'touch', { value: undefined });
  }

  override async get(id: string, callback?: Callback<SessionData>): Promise<void> {
    const { redis, idleMs, cookie } = this.#options;
    await this.#answer(callback, async () => {
      const record = await this.#open(id, await redis.getexBuffer(PREFIX + id, 'PX', idleMs));
      // No expiry here: the cookie is set once, at sign-in, and not again when a session changes.
      return record && Object.assign(record, { cookie: { ...cookie, originalMaxAge: null } });
    });
  }

  override async set(id: string, session: SessionData, callback?: Callback<never>): Promise<void> {
    const { redis, sealer, idleMs } = this.#options;
    const when = isStored(session) ? 'XX' : 'NX';
    await this.#answer(callback, async () => {
      const envelope = sealer.seal(jsonOf(session), SESSION_PURPOSE, id);
      // Not cut at the session's end, which #open sees to: "last used" is read from what is left.
      await redis.set(PREFIX + id, envelope, 'PX', idleMs, when);
      Object.defineProperty(session, STORED, { value: true });
    });
  }

  /**
   * Reads a session without using it: its idle lifetime goes on.
   *
   * @returns null when it is gone; without a user when it is there, but sealed with a key that we don't have.
   */
  async peek(id: string): Promise<{ user: SignedInUser | null; lastUsedAt: number } | null> {
    const { redis, idleMs, now } = this.#options;
    const key = PREFIX + id;
    const [envelope, left] = await askRedis(
      'The session',
      Promise.all([redis.getBuffer(key), redis.pttl(key)]),
    );
    if (!envelope) return null;
    const record = await this.#open(id, envelope);
    return { user: record?.user ?? null, lastUsedAt: now() - (idleMs - left) };
  }

  /** Reads, changes and writes at once, so that next to nothing can come between. */
  async update(id: string, change: (user: SignedInUser) => void): Promise<void> {
    const { redis, sealer, idleMs } = this.#options;
    const key = PREFIX + id;
    const record = await this.#open(id, await askRedis('The session', redis.getBuffer(key)));
    if (!record?.user) return;
    change(record.user);
    const envelope = sealer.seal(JSON.stringify(record), SESSION_PURPOSE, id);
    await askRedis('The session', redis.set(key, envelope, 'PX', idleMs, 'XX'));
  }

  override async destroy(id: string, callback?: Callback<never>): Promise<void> {
    await this.#answer(callback, async () => {
      await this.#options.redis.del(PREFIX + id);
    });
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    const asRead: unknown = Reflect.get(data, AS_READ);
    // express-session hashes the JSON of both to see whether the request has changed something, and
    // its way through every value is slow. It is told the change alone, which mostly is nothing.
    const change = () => {
      const json = jsonOf(session);
      return json === asRead ? null : json;
    };
    Object.defineProperty(data, 'toJSON', { value: () => null });
    return Object.defineProperties(session, {
      [STORED]: { value: true },
      toJSON: { value: change },
    });
  }

  override async all(): Promise<never> {
    throw new Error('Sessions are never scanned for: ask the directory of a user');
  }
  override ids = this.all;
  override length = this.all;
  override clear = this.all;

  /** Past its absolute lifetime, or sealed with a key that is gone: no session. */
  async #open(id: string, envelope: Buffer | null): Promise<StoredRecord | null> {
    const { redis, sealer, now } = this.#options;
    const json = envelope && sealer.unseal(envelope, SESSION_PURPOSE, id);
    if (!json) return null;
    const record: StoredRecord = JSON.parse(json);
    if (!record.user || record.user.endsAt > now()) {
      return Object.defineProperty(record, AS_READ, { value: json });
    }
    await redis.del(PREFIX + id);
    return null;
  }

  async #answer<Data>(
    callback: Callback<Data> | undefined,
    work: () => Promise<Data | null | undefined>,
  ): Promise<void> {
    let data: Data | null | undefined;
    try {
      data = await work();
    } catch (cause) {
      return callback?.(new SessionStoreUnavailable('The session could not be reached', { cause }));
    }
    // Outside the try: what the callback throws is not Redis's fault.
    callback?.(null, data ?? null);
  }
}

/** The record of a session, which is all but the cookie's attributes: those come from the settings. */
function jsonOf({ cookie: _, ...record }: SessionData): string {
  return JSON.stringify(record);
}

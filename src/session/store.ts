import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { CookieOptions, Session, SessionData } from 'express-session';
import { SessionStoreUnavailable } from '../errors.ts';
import type { SessionRedis } from './redis.ts';
import type { Sealer } from './seal.ts';

const PREFIX = 'session:';
/** Raise the number when the stored shape changes: older records then read as "no session". */
const PURPOSE = 'session v1';

type Callback<Data = void> = (error?: unknown, data?: Data | null) => void;

interface StoreOptions {
  redis: SessionRedis;
  sealer: Sealer;
  cookie: CookieOptions;
  idleMs: number;
  maxMs: number;
  now: () => number;
}

/**
 * Sessions in Redis, sealed, under `session:<id>`. A page costs one command: GETEX reads and slides
 * the idle lifetime, and the touch at the end answers at once.
 *
 * The first save of a session is NX and every later one XX, so that a slow request can't bring back
 * what was signed out meanwhile (C2). Redis failing is an error, never "no session" (C21).
 */
export class SessionStore extends RedisStore {
  readonly #options: StoreOptions;
  /** Session objects known to be in Redis; of those, a save only overwrites. */
  readonly #stored = new WeakSet<object>();

  constructor(options: StoreOptions) {
    // connect-redis can't know our key names when it serialises, so reading and writing are ours.
    super({ client: options.redis, prefix: PREFIX, disableTouch: true });
    this.#options = options;
  }

  override async get(id: string, callback?: Callback<SessionData>): Promise<void> {
    const { redis, sealer, idleMs, cookie, now } = this.#options;
    try {
      const envelope = await redis.getexBuffer(PREFIX + id, 'PX', idleMs);
      const json = envelope && sealer.unseal(envelope, PURPOSE, id);
      if (!json) return callback?.(null, null);
      const record: Omit<SessionData, 'cookie'> = JSON.parse(json);
      if (record.user && record.user.endsAt <= now()) {
        await redis.del(PREFIX + id);
        return callback?.(null, null);
      }
      // No expiry here: the cookie is set once, at sign-in, and not again when a session changes.
      callback?.(null, { ...record, cookie: { ...cookie, originalMaxAge: null } });
    } catch (cause) {
      callback?.(new SessionStoreUnavailable('The session could not be read', { cause }));
    }
  }

  override async set(id: string, session: SessionData, callback?: Callback): Promise<void> {
    const { redis, sealer, idleMs, maxMs, now } = this.#options;
    const { cookie: _, ...record } = session;
    const untilEnd = record.user ? record.user.endsAt - now() : maxMs;
    const ttl = Math.min(idleMs, Math.max(1, untilEnd));
    const first = !this.#stored.has(session);
    try {
      const envelope = sealer.seal(JSON.stringify(record), PURPOSE, id);
      await redis.set(PREFIX + id, envelope, 'PX', ttl, first ? 'NX' : 'XX');
      this.#stored.add(session);
      callback?.();
    } catch (cause) {
      callback?.(new SessionStoreUnavailable('The session could not be written', { cause }));
    }
  }

  override async destroy(id: string, callback?: Callback): Promise<void> {
    try {
      await this.#options.redis.del(PREFIX + id);
      callback?.();
    } catch (cause) {
      callback?.(new SessionStoreUnavailable('The session could not be deleted', { cause }));
    }
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    this.#stored.add(session);
    return session;
  }

  override async all(): Promise<never> {
    throw new Error('Sessions are never scanned for: ask the directory of a user');
  }
  override ids = this.all;
  override length = this.all;
  override clear = this.all;
}

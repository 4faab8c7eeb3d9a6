import { PersistKey } from '@logto/node';
import type { Logger } from 'pino';
import type { SignedInRequest } from '../access/guards.ts';
import type { Config } from '../config/config.ts';
import { LogtoRefused, LogtoUnavailable, SessionEnded, SignInFailed } from '../errors.ts';
import type { ClientStorage, Logto } from '../logto/client.ts';
import type { SessionRedis } from '../redis/commands.ts';
import { type SignedInUser, saveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { StoredTokens } from '../session/token-store.ts';
import { userFrom } from '../session/user.ts';
import { type Audience, accessTokenKey, freshToken, only, without } from './access-tokens.ts';
import { RefreshLock } from './lock.ts';
import { onceMoreWhenCutOff } from './retry.ts';

type Stale = (tokens: StoredTokens) => boolean;

export interface RefreshDeps {
  config: Config;
  redis: SessionRedis;
  sessions: Sessions;
  logto: Logto;
  logger: Logger;
  now: () => number;
}

/**
 * Keeps a session's tokens fresh, one refresh at a time across processes (C5). Losers wait for the
 * winner and read what it wrote; a write over a newer generation never happens (C3).
 */
export class Refresher {
  readonly #deps: RefreshDeps;
  readonly #lock: RefreshLock;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
    // Longer than discovery, the token call, its repetition and the key set together may take.
    this.#lock = new RefreshLock(deps.redis, 3 * deps.config.logto.timeoutMs + 3000);
  }

  /**
   * @returns an access token that lives for at least half a minute more.
   * @throws {SessionEnded} when Logto no longer vouches for the person; the session is gone then.
   * @throws {LogtoUnavailable} when Logto can't be asked; the session stays.
   */
  async accessToken(target: SignedInRequest, audience: Audience = {}): Promise<string> {
    const key = accessTokenKey(audience);
    const find = ({ accessTokens }: StoredTokens) =>
      freshToken(accessTokens, key, this.#deps.now());
    const stale: Stale = (tokens) => find(tokens) === null;
    const token = find(await this.#ensure(target, audience, stale));
    if (!token) throw new LogtoUnavailable('Logto gave an access token that has already expired');
    return token;
  }

  /**
   * Asks Logto whether the person is still welcome, unless somebody has since `since` (milliseconds
   * since 1970; by default now, which means: ask). Throws as {@link accessToken} does.
   */
  async recheck(target: SignedInRequest, since = this.#deps.now()): Promise<StoredTokens> {
    return this.#ensure(target, {}, (tokens) => tokens.refreshedAt <= since);
  }

  /** As {@link recheck}, but whoever finds it under way already goes on without waiting. */
  async recheckUnlessUnderWay(target: SignedInRequest, since: number): Promise<void> {
    await this.#lock.tryWith(target.session.id, async () => {
      const current = await this.#read(target);
      // Otherwise it was done since we read the session; our own copy stays old and is not written.
      if (current.refreshedAt <= since) await this.#refresh(target, {}, current);
    });
  }

  async #ensure(target: SignedInRequest, audience: Audience, stale: Stale): Promise<StoredTokens> {
    const { id } = target.session;
    for (;;) {
      const seen = await this.#read(target);
      if (!stale(seen)) return seen;
      const mine = await this.#lock.tryWith(id, async () => {
        // Somebody may have finished between our reading and our locking.
        const current = await this.#read(target);
        return stale(current) ? this.#refresh(target, audience, current) : current;
      });
      if (mine) return mine;
      const released = await this.#lock.wait(id);
      const after = await this.#read(target);
      if (released && after.generation === seen.generation) {
        throw new LogtoUnavailable('The refresh that this request waited for has failed');
      }
    }
  }

  async #read(target: SignedInRequest): Promise<StoredTokens> {
    const tokens = await this.#deps.sessions.tokens.read(target.session.id);
    if (!tokens?.refreshToken) throw await this.#end(target, 'no_refresh_token');
    return tokens;
  }

  async #refresh(
    target: SignedInRequest,
    audience: Audience,
    old: StoredTokens,
  ): Promise<StoredTokens> {
    const { logto, logger, now } = this.#deps;
    const { session, user } = target;
    const key = accessTokenKey(audience);
    const storage: ClientStorage = new Map(
      Object.entries({
        [PersistKey.IdToken]: session.idToken ?? '',
        [PersistKey.RefreshToken]: old.refreshToken ?? '',
        [PersistKey.AccessToken]: without(old.accessTokens, key),
      }),
    );
    const client = logto.client(storage);
    try {
      await onceMoreWhenCutOff(() =>
        client.getAccessToken(audience.resource, audience.organizationId),
      );
    } catch (error) {
      if (error instanceof LogtoRefused && error.code === 'invalid_grant') {
        throw await this.#end(target, 'invalid_grant');
      }
      // A rotated refresh token has to be kept even when what came after it went wrong.
      if (storage.get(PersistKey.RefreshToken) !== old.refreshToken) {
        await this.#write(target, storage, old);
      }
      // A clock that went wrong, say. It is no reason to take anybody's pages away.
      if (error instanceof SignInFailed) {
        throw new LogtoUnavailable('The ID token of a refresh does not hold', { cause: error });
      }
      throw error;
    }
    const checkedAt = now();
    const changed = userFrom(await client.getIdTokenClaims(), { ...user, checkedAt });
    if (rightsOf(changed) !== rightsOf(user)) {
      // The other access tokens say what the person might do before.
      storage.set(PersistKey.AccessToken, only(storage.get(PersistKey.AccessToken) ?? '{}', key));
    }
    const fresh = await this.#write(target, storage, { ...old, refreshedAt: checkedAt });
    session.idToken = storage.get(PersistKey.IdToken) ?? '';
    Object.assign(user, changed);
    // Now and not at the end of the request: a recheck may finish after its page went out.
    await saveSession(session);
    const { reference } = target;
    logger.info({ event: 'refresh.succeeded', reference, sub: user.sub }, 'Tokens refreshed');
    return fresh;
  }

  async #write(
    target: SignedInRequest,
    storage: ClientStorage,
    old: StoredTokens,
  ): Promise<StoredTokens> {
    const { sessions, logto } = this.#deps;
    const refreshToken = storage.get(PersistKey.RefreshToken) ?? null;
    const accessTokens = storage.get(PersistKey.AccessToken) ?? '{}';
    const tokens = { refreshToken, accessTokens, refreshedAt: old.refreshedAt };
    const { id } = target.session;
    if (await sessions.tokens.write(id, old.generation, tokens, target.user.endsAt)) {
      return { ...tokens, generation: old.generation + 1 };
    }
    // We came after the lock's time, and somebody else was faster: theirs count. Revoking ours would
    // end the whole grant, and theirs with it.
    const newer = await sessions.tokens.read(id);
    if (newer) return newer;
    // Signed out while Logto was asked: what just came must not stay behind.
    if (refreshToken) await logto.revoke(refreshToken).catch(() => {});
    throw await this.#end(target, 'ended_meanwhile');
  }

  async #end(target: SignedInRequest, why: string): Promise<SessionEnded> {
    const { sessions, logger } = this.#deps;
    const { session, user, reference } = target;
    const { wasLive } = await sessions.end(session, user);
    // Whoever waited for this refresh comes here too: one line all the same.
    if (wasLive) {
      logger.info({ event: 'session.ended', reference, why, sub: user.sub }, 'Session ended');
    }
    return new SessionEnded('Logto no longer vouches for this session');
  }
}

/** What a person may do, as far as an ID token says. */
const rightsOf = ({ roles, organizations }: Pick<SignedInUser, 'roles' | 'organizations'>) =>
  JSON.stringify([roles, organizations]);

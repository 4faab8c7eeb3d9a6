import { PersistKey } from '@logto/express';
import { errors } from 'jose';
import type { Logger } from 'pino';
import { LogtoRefused, LogtoUnavailable, SessionEnded, SignInFailed } from '../errors.ts';
import type { ClientStorage, Logto } from '../logto/client.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { type EndReason, logEnded } from '../session/ending.ts';
import type { SessionUser } from '../session/record.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { StoredTokens } from '../session/token-store.ts';
import { userFrom } from '../session/user.ts';
import {
  type Audience,
  accessTokenKey,
  freshToken,
  omitToken,
  pickToken,
} from './access-tokens.ts';
import { RefreshLock } from './lock.ts';
import type { RecheckSignal } from './recheck-signal.ts';
import { retryOnReset } from './retry.ts';
import type { Revocations } from './revocations.ts';

type Stale = (tokens: StoredTokens) => boolean;

export interface RefreshDeps {
  /** For one call to Logto, milliseconds. */
  timeoutMs: number;
  redis: RedisCommands;
  sessions: Sessions;
  logto: Logto;
  revocations: Revocations;
  logger: Logger;
  now: () => number;
  signal: RecheckSignal | null;
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
    this.#lock = new RefreshLock(deps.redis, 3 * deps.timeoutMs + 3000);
  }

  /**
   * @returns an access token that lives for at least half a minute more.
   * @throws {SessionEnded} when Logto no longer confirms the person; the session is gone then.
   * @throws {LogtoUnavailable} when Logto can't be asked; the session stays.
   */
  async accessToken(target: ActiveSession, audience: Audience = {}): Promise<string> {
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
  async recheck(target: ActiveSession, since = this.#deps.now()): Promise<StoredTokens> {
    return this.#ensure(target, {}, (tokens) => tokens.refreshedAt <= since);
  }

  /** As {@link recheck}, but whoever finds it under way already goes on without waiting. */
  async recheckUnlessUnderWay(target: ActiveSession, since: number): Promise<void> {
    await this.#lock.tryWith(target.id, async () => {
      const current = await this.#read(target);
      // Otherwise it was done since we read the session; our own copy stays old and is not written.
      if (current.refreshedAt <= since) await this.#refresh(target, {}, current);
    });
  }

  #ensure(target: ActiveSession, audience: Audience, stale: Stale): Promise<StoredTokens> {
    return this.#lock.once(target.id, {
      read: () => this.#read(target),
      find: (tokens) => (stale(tokens) ? null : tokens),
      load: (tokens) => this.#refresh(target, audience, tokens),
    });
  }

  async #read(target: ActiveSession): Promise<StoredTokens> {
    const tokens = await this.#deps.sessions.tokens.read(target.id);
    if (!tokens?.refreshToken) throw await this.#end(target, 'no_refresh_token');
    return tokens;
  }

  async #refresh(
    target: ActiveSession,
    audience: Audience,
    old: StoredTokens,
  ): Promise<StoredTokens> {
    const { logto, logger, now, signal } = this.#deps;
    const key = accessTokenKey(audience);
    // As it was before Logto is asked: what is told meanwhile may not be in its answer.
    const mark = target.user.recheck?.mark;
    const wasTold = mark !== undefined || (signal?.concerns(target.user) ?? false);
    const storage: ClientStorage = new Map(
      Object.entries({
        [PersistKey.IdToken]: target.record.idToken,
        [PersistKey.RefreshToken]: old.refreshToken ?? '',
        [PersistKey.AccessToken]: omitToken(old.accessTokens, key),
      }),
    );
    const client = logto.client(storage);
    try {
      await retryOnReset(() => client.getAccessToken(audience.resource, audience.organizationId));
    } catch (error) {
      if (error instanceof LogtoRefused && error.code === 'invalid_grant') {
        throw await this.#end(target, 'invalid_grant');
      }
      if (isOfAnotherIssuer(error)) throw await this.#endForeign(target, storage);
      if (isAccessDenied(error)) {
        if (isPlain(audience)) throw await this.#end(target, 'access_denied');
        // Of the application as a whole, or of this API or organization only: a plain refresh tells.
        await this.#refresh(target, {}, old);
      }
      // A rotated refresh token has to be kept even when what came after it went wrong.
      if (storage.get(PersistKey.RefreshToken) !== old.refreshToken) {
        await this.#write(target, storage, old);
      }
      // A clock that went wrong, say. It is no reason to take anybody's pages away.
      if (error instanceof SignInFailed) {
        throw new LogtoUnavailable('The ID token of a refresh is invalid', { cause: error });
      }
      throw error;
    }
    const claims = await client.getIdTokenClaims();
    if (claims.sub !== target.user.sub || claims.iss !== target.user.iss) {
      throw await this.#endForeign(target, storage);
    }
    const checkedAt = now();
    const changed = userFrom(claims, { ...target.user, checkedAt });
    if (wasTold || rightsOf(changed) !== rightsOf(target.user)) {
      // The other access tokens say what the person might do before.
      const accessTokens = storage.get(PersistKey.AccessToken) ?? '{}';
      storage.set(PersistKey.AccessToken, pickToken(accessTokens, key));
    }
    const fresh = await this.#write(target, storage, { ...old, refreshedAt: checkedAt });
    const idToken = storage.get(PersistKey.IdToken) ?? '';
    await this.#deps.sessions.update(target, (record) => {
      const answersMark = mark !== undefined && record.user.recheck?.mark === mark;
      // Of two refreshes, the later one counts; a mark tells which, whatever the clocks say.
      if (!answersMark && record.user.checkedAt > checkedAt) return;
      record.idToken = idToken;
      Object.assign(record.user, changed);
      if (answersMark) delete record.user.recheck;
    });
    const { requestId } = target;
    logger.info({ event: 'refresh.succeeded', requestId, sub: changed.sub }, 'Tokens refreshed');
    return fresh;
  }

  async #write(
    target: ActiveSession,
    storage: ClientStorage,
    old: StoredTokens,
  ): Promise<StoredTokens> {
    const { sessions, revocations } = this.#deps;
    const refreshToken = storage.get(PersistKey.RefreshToken) ?? null;
    const accessTokens = storage.get(PersistKey.AccessToken) ?? '{}';
    const tokens = { refreshToken, accessTokens, refreshedAt: old.refreshedAt };
    if (await sessions.tokens.write(target.id, old.generation, tokens, target.user.endsAt)) {
      return { ...tokens, generation: old.generation + 1 };
    }
    // We came after the lock's time, and somebody else was faster: theirs count. Revoking ours would
    // end the whole grant, and theirs with it.
    const newer = await sessions.tokens.read(target.id);
    if (newer) return newer;
    // Signed out while Logto was asked: what just came must not stay behind.
    void revocations.revoke(refreshToken);
    throw await this.#end(target, 'ended_meanwhile');
  }

  /**
   * A refresh that brings another person is Logto's fault or an attack: it changes nothing, and the
   * session ends (OpenID Connect Core section 12.2).
   */
  async #endForeign(target: ActiveSession, storage: ClientStorage): Promise<SessionEnded> {
    void this.#deps.revocations.revoke(storage.get(PersistKey.RefreshToken) ?? null);
    return this.#end(target, 'identity_changed');
  }

  async #end(target: ActiveSession, why: EndReason): Promise<SessionEnded> {
    const { sessions, logger } = this.#deps;
    const { user, requestId } = target;
    const { wasLive } = await sessions.end(target, user);
    // Whoever waited for this refresh comes here too: one line all the same.
    if (wasLive) logEnded(logger, { why, sub: user.sub, requestId });
    return new SessionEnded('Logto no longer confirms this session');
  }
}

const isPlain = ({ resource, organizationId }: Audience): boolean => !resource && !organizationId;

/**
 * Logto's application access control leaves this person out. It is said at a refresh only; userinfo
 * goes on answering (measured on Logto 1.43). That somebody is in no such organization is a 403.
 */
const isAccessDenied = (error: unknown): boolean =>
  error instanceof LogtoRefused && error.httpStatus === 400 && error.code === 'access_denied';

/** Signed by Logto's key, and all the same another issuer's: jose looks at the signature first. */
function isOfAnotherIssuer(error: unknown): boolean {
  if (!(error instanceof SignInFailed)) return false;
  const { cause } = error;
  return cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'iss';
}

/** What a person may do, as far as an ID token says. */
const rightsOf = ({ roles, organizations }: Pick<SessionUser, 'roles' | 'organizations'>) =>
  JSON.stringify([roles, organizations]);

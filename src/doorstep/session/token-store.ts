import { z } from 'zod';
import type { Sealer } from '../crypto/sealer.ts';
import { settleAll } from '../promises.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { isInOneSlot, recordKey, tokensKey } from './keys.ts';

export const TOKENS_PURPOSE = 'tokens v1';

const Tokens = z.object({
  refreshToken: z.string().nullable(),
  /** In the SDK's own form: a JSON map by resource. */
  accessTokens: z.string(),
  /** When Logto last confirmed the user, milliseconds since 1970. */
  refreshedAt: z.number(),
});
/** What Logto gave for a session. */
export type Tokens = z.infer<typeof Tokens>;

/** Tokens as read, with the number that a later write must still find there. */
export interface StoredTokens extends Tokens {
  generation: number;
}

/**
 * Refresh and access tokens, sealed, under a key of their own: saving the session can't touch them
 * (C3). Only sign-in and refresh write, each over the generation it read, so a stale write never wins.
 */
export class TokenStore {
  readonly #redis: RedisCommands;
  readonly #sealer: Sealer;
  readonly #lifeMs: number;
  readonly #now: () => number;

  /** @param options.lifeMs How long tokens are kept after they were written. */
  constructor(options: {
    redis: RedisCommands;
    sealer: Sealer;
    lifeMs: number;
    now: () => number;
  }) {
    this.#redis = options.redis;
    this.#sealer = options.sealer;
    this.#lifeMs = options.lifeMs;
    this.#now = options.now;
  }

  /** @returns null when there are none (signed out, expired, sealed with a key that is gone). */
  async read(sessionId: string): Promise<StoredTokens | null> {
    const key = tokensKey(sessionId);
    const [generation, sealed] = await this.#redis.hmgetBuffer(key, 'generation', 'sealed');
    const tokens = this.#open(sealed ?? null, sessionId);
    return tokens ? { ...tokens, generation: Number(generation) } : null;
  }

  /**
   * The first tokens of a session, for the script that writes them together with its record.
   *
   * @param endsAt When the session ends in any case, milliseconds since 1970.
   */
  first(sessionId: string, tokens: Tokens, endsAt: number): { sealed: Buffer; ttl: number } {
    return { sealed: this.#seal(sessionId, tokens), ttl: this.#life(endsAt) };
  }

  /**
   * @param expected The generation that was read.
   * @param endsAt When the session ends in any case, milliseconds since 1970.
   * @returns false when somebody else wrote, or the session was signed out: then revoke what you hold.
   */
  async write(
    sessionId: string,
    expected: number,
    tokens: Tokens,
    endsAt: number,
  ): Promise<boolean> {
    const sealed = this.#seal(sessionId, tokens);
    const ttl = this.#life(endsAt);
    return 1 === (await this.#redis.writeTokens(tokensKey(sessionId), expected, sealed, ttl));
  }

  /** What is kept beside the tokens, sealed too, and goes with them; null: nothing, or unreadable. */
  async readBeside(sessionId: string, field: string): Promise<string | null> {
    const [sealed] = await this.#redis.hmgetBuffer(tokensKey(sessionId), field);
    return sealed ? this.#sealer.unseal(sealed, `${TOKENS_PURPOSE} ${field}`, sessionId) : null;
  }

  /** Writes nothing for a session that has ended. */
  async writeBeside(sessionId: string, field: string, text: string): Promise<void> {
    const sealed = this.#sealer.seal(text, `${TOKENS_PURPOSE} ${field}`, sessionId);
    await this.#redis.writeBesideTokens(tokensKey(sessionId), field, sealed);
  }

  /** Keeps the tokens of a session in use while Logto can't be asked for new ones. */
  async extend(sessionId: string, endsAt: number): Promise<void> {
    await this.#redis.pexpire(tokensKey(sessionId), this.#life(endsAt));
  }

  /**
   * Deletes them together with the record, from when on the cookie opens nothing (S7).
   *
   * @returns what is the caller's to revoke.
   * @throws {SessionStoreUnavailable} when it can't be known that the record is deleted.
   */
  async takeWithRecord(sessionId: string): Promise<Tokens | null> {
    const [record, tokens] = [recordKey(sessionId), tokensKey(sessionId)];
    if (isInOneSlot(sessionId)) {
      return this.#open(await this.#redis.endSessionBuffer(record, tokens), sessionId);
    }
    // Read beside it, in case that Redis goes away before they are taken; taken after it, since a
    // session whose record stays keeps them.
    const [read] = await settleAll([
      this.#redis.hmgetBuffer(tokens, 'sealed').catch(() => []),
      this.#redis.del(record),
    ]);
    const taken = this.#redis.takeTokensBuffer(tokens).catch(() => read[0] ?? null);
    return this.#open(await taken, sessionId);
  }

  #life(endsAt: number): number {
    return Math.max(1, Math.min(this.#lifeMs, endsAt - this.#now()));
  }

  #seal(sessionId: string, { refreshToken, accessTokens, refreshedAt }: Tokens): Buffer {
    const json = JSON.stringify({ refreshToken, accessTokens, refreshedAt });
    return this.#sealer.seal(json, TOKENS_PURPOSE, sessionId);
  }

  #open(sealed: Buffer | null, sessionId: string): Tokens | null {
    const json = sealed && this.#sealer.unseal(sealed, TOKENS_PURPOSE, sessionId);
    return json ? (Tokens.safeParse(JSON.parse(json)).data ?? null) : null;
  }
}

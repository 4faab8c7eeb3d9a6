import { z } from 'zod';
import type { Sealer } from '../crypto/sealer.ts';
import type { RedisCommands } from '../redis/commands.ts';

const PREFIX = 'session-tokens:';
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
    const [generation, sealed] = await this.#redis.hmgetBuffer(
      PREFIX + sessionId,
      'generation',
      'sealed',
    );
    const tokens = sealed && this.#open(sealed, sessionId);
    return tokens ? { ...tokens, generation: Number(generation) } : null;
  }

  /**
   * @param expected The generation that was read; 0 for the first write.
   * @param endsAt When the session ends in any case, milliseconds since 1970.
   * @returns false when somebody else wrote, or the session was signed out: then revoke what you hold.
   */
  async write(
    sessionId: string,
    expected: number,
    tokens: Tokens,
    endsAt: number,
  ): Promise<boolean> {
    const { refreshToken, accessTokens, refreshedAt } = tokens;
    const json = JSON.stringify({ refreshToken, accessTokens, refreshedAt });
    const sealed = this.#sealer.seal(json, TOKENS_PURPOSE, sessionId);
    const ttl = this.#life(endsAt);
    return 1 === (await this.#redis.writeTokens(PREFIX + sessionId, expected, sealed, ttl));
  }

  /** What is kept beside the tokens, sealed too, and goes with them; null: nothing, or unreadable. */
  async readBeside(sessionId: string, field: string): Promise<string | null> {
    const [sealed] = await this.#redis.hmgetBuffer(PREFIX + sessionId, field);
    return sealed ? this.#sealer.unseal(sealed, `${TOKENS_PURPOSE} ${field}`, sessionId) : null;
  }

  /** Writes nothing for a session that has ended. */
  async writeBeside(sessionId: string, field: string, text: string): Promise<void> {
    const sealed = this.#sealer.seal(text, `${TOKENS_PURPOSE} ${field}`, sessionId);
    await this.#redis.writeBesideTokens(PREFIX + sessionId, field, sealed);
  }

  /** Keeps the tokens of a session in use while Logto can't be asked for new ones. */
  async extend(sessionId: string, endsAt: number): Promise<void> {
    await this.#redis.pexpire(PREFIX + sessionId, this.#life(endsAt));
  }

  /** Reads and deletes in one step: what is returned is the caller's to revoke. */
  async take(sessionId: string): Promise<Tokens | null> {
    const sealed = await this.#redis.takeTokensBuffer(PREFIX + sessionId);
    return sealed && this.#open(sealed, sessionId);
  }

  #life(endsAt: number): number {
    return Math.max(1, Math.min(this.#lifeMs, endsAt - this.#now()));
  }

  #open(sealed: Buffer, sessionId: string): Tokens | null {
    const json = this.#sealer.unseal(sealed, TOKENS_PURPOSE, sessionId);
    return json === null ? null : (Tokens.safeParse(JSON.parse(json)).data ?? null);
  }
}

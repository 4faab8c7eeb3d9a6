import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LogtoUnavailable } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import type { EndedSession } from '../session/ending.ts';

/** Calls at the same time, whoever asked for them: each needs a connection. */
const MAX_CALLS = 10;
/** Behind these, a token is given up: somebody ends sessions faster than Logto takes their tokens. */
const MAX_WAITING = 10_000;
/** Until it is tried again, and once more. */
const RETRY_AFTER_MS: readonly number[] = [500, 5000];

export interface RevocationsOptions {
  logto: Pick<Logto, 'revoke'>;
  logger: Logger;
  retryAfterMs?: readonly number[];
}

/**
 * Revokes refresh tokens at Logto, one row of calls for the process. They are out of Redis already,
 * so a web request need not wait for it. While Logto is unreachable it is tried three times; only
 * then there is a line in the log. What still waits when the process ends is not revoked.
 */
export class Revocations {
  readonly #options: Required<RevocationsOptions>;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: RevocationsOptions) {
    this.#options = { retryAfterMs: RETRY_AFTER_MS, ...options };
  }

  /** Those of sessions that have ended. Resolves when all are revoked or given up; never rejects. */
  async revokeAll(ended: Pick<EndedSession, 'tokens'>[]): Promise<void> {
    await Promise.all(ended.map(({ tokens }) => this.revoke(tokens?.refreshToken ?? null)));
  }

  /** As {@link revokeAll}, for one. */
  async revoke(refreshToken: string | null): Promise<void> {
    if (refreshToken === null) return;
    try {
      await this.#retried(refreshToken);
    } catch (err) {
      const line = { event: 'revocation.failed', err };
      this.#options.logger.warn(line, 'A refresh token was not revoked');
    }
  }

  async #retried(refreshToken: string): Promise<void> {
    for (const delayMs of this.#options.retryAfterMs) {
      try {
        return await this.#call(refreshToken);
      } catch (error) {
        if (!(error instanceof LogtoUnavailable)) throw error;
      }
      await setTimeout(delayMs, null, { ref: false });
    }
    return this.#call(refreshToken);
  }

  /** So many at a time; the others wait in a row. */
  async #call(refreshToken: string): Promise<void> {
    if (this.#running < MAX_CALLS) this.#running += 1;
    else await this.#turn();
    try {
      await this.#options.logto.revoke(refreshToken);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new Error('Too many revocations wait');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

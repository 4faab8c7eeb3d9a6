import type { Logger } from 'pino';
import { LogtoUnavailable } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import { Turns, withRetries } from '../promises.ts';
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
  readonly #calls = new Turns(MAX_CALLS, MAX_WAITING);

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
    const { logto, logger, retryAfterMs } = this.#options;
    const call = () => this.#calls.run(() => logto.revoke(refreshToken));
    try {
      await withRetries(call, retryAfterMs, (error) => error instanceof LogtoUnavailable);
    } catch (err) {
      logger.warn({ event: 'revocation.failed', err }, 'A refresh token was not revoked');
    }
  }
}

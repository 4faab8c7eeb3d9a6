import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LogtoUnavailable } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import type { EndedSession } from '../session/sessions.ts';

type Revoker = Pick<Logto, 'revoke'>;

/** Calls at the same time, whoever asked for them: each needs a connection. */
const MAX_CALLS = 10;
/** Behind these, a token is given up: somebody ends sessions faster than Logto takes their tokens. */
const MAX_WAITING = 10_000;
/** Until it is tried again, and once more. */
const RETRY_AFTER_MS: readonly number[] = [500, 5000];

/**
 * Revokes the refresh tokens of ended sessions at Logto. They are out of Redis already, so a web
 * request need not wait for it. While Logto is unreachable it is tried three times; only then there
 * is a line in the log. What still waits when the process ends is not revoked.
 */
export async function revokeAll(
  { logto, logger }: { logto: Revoker; logger: Logger },
  ended: EndedSession[],
  retryAfterMs = RETRY_AFTER_MS,
): Promise<void> {
  const calls = callsTo(logto);
  const tokens = ended.flatMap((session) => session.tokens?.refreshToken ?? []);
  await Promise.all(
    tokens.map((token) =>
      retried(() => calls.run(() => logto.revoke(token)), retryAfterMs).catch((err: unknown) => {
        logger.warn({ event: 'revocation.failed', err }, 'A refresh token was not revoked');
      }),
    ),
  );
}

async function retried(act: () => Promise<void>, retryAfterMs: readonly number[]): Promise<void> {
  for (const delayMs of retryAfterMs) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof LogtoUnavailable)) throw error;
    }
    await setTimeout(delayMs, null, { ref: false });
  }
  return act();
}

/** Runs so many at a time; the others wait in a row. */
class Calls {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  async run(act: () => Promise<void>): Promise<void> {
    if (this.#running < MAX_CALLS) this.#running += 1;
    else await this.#turn();
    try {
      await act();
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

/** One row for each Logto, that is for the process: what a single request asks for says little. */
const rows = new WeakMap<Revoker, Calls>();

function callsTo(logto: Revoker): Calls {
  const calls = rows.get(logto) ?? new Calls();
  rows.set(logto, calls);
  return calls;
}

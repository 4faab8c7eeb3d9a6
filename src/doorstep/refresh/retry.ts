import { LogtoUnavailable } from '../errors.ts';

/**
 * Within which a refresh may be asked for again. A refresh token that was changed works
 * for 3 s more; after that, using it ends the whole grant (measured on Logto 1.42).
 */
const RETRY_WITHIN_MS = 2000;
const RESET_CODES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Asks once more when the connection broke before the answer came: a proxy closed a connection that
 * was kept open, or the answer got lost and the new refresh token with it.
 */
export async function retryOnReset<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const askedAt = performance.now();
  try {
    return await ask();
  } catch (error) {
    if (!isReset(error) || performance.now() - askedAt > RETRY_WITHIN_MS) throw error;
    return ask();
  }
}

/** fetch hides the cause one level down: LogtoUnavailable ← TypeError "fetch failed" ← the socket's. */
function isReset(error: unknown): boolean {
  if (!(error instanceof LogtoUnavailable && error.cause instanceof Error)) return false;
  const { cause } = error.cause;
  return cause instanceof Error && 'code' in cause && RESET_CODES.has(String(cause.code));
}

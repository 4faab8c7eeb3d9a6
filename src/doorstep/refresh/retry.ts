import { LogtoUnavailable } from '../errors.ts';

/**
 * Milliseconds within which a refresh may be asked for again. A refresh token that was changed works
 * for 3 s more; after that, using it ends the whole grant (measured on Logto 1.42).
 */
const SAFE = 2000;
const CUT_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Asks once more when the connection broke before the answer came: a proxy closed a connection that
 * was kept open, or the answer got lost and the new refresh token with it.
 */
export async function onceMoreWhenCutOff<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const askedAt = performance.now();
  try {
    return await ask();
  } catch (error) {
    if (!isCutOff(error) || performance.now() - askedAt > SAFE) throw error;
    return ask();
  }
}

/** fetch hides the cause one level down: LogtoUnavailable ← TypeError "fetch failed" ← the socket's. */
function isCutOff(error: unknown): boolean {
  if (!(error instanceof LogtoUnavailable && error.cause instanceof Error)) return false;
  const { cause } = error.cause;
  return cause instanceof Error && 'code' in cause && CUT_OFF.has(String(cause.code));
}

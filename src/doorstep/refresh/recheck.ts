import type { Logger } from 'pino';
import { LogtoError, SessionEnded } from '../errors.ts';
import { withTimeout } from '../promises.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Refresher } from './refresher.ts';

/** A page never waits longer than this for a recheck; the recheck itself goes on. */
const PAGE_DELAY_MS = 2000;
/** After a failure, a session asks again this much later. */
const RETRY_AFTER_MS = 60_000;

export interface RecheckDeps {
  /** How long what Logto said may be relied on. */
  recheckMs: number;
  refresher: Refresher;
  sessions: Sessions;
  logger: Logger;
  now: () => number;
}

/** Whether what Logto said is too old to be relied on. */
export const isRecheckDue = (
  { now, recheckMs }: Pick<RecheckDeps, 'now' | 'recheckMs'>,
  { user }: ActiveSession,
): boolean => user.checkedAt <= now() - recheckMs;

/**
 * A session in use asks Logto every few minutes whether the person is still welcome, so that
 * somebody suspended or deleted is out within them (C11, S8). With Logto down the session stays.
 *
 * @returns true when the session has ended by it.
 */
export function recheckSession(deps: RecheckDeps, target: ActiveSession): Promise<boolean> {
  let isLate = false;
  const work = recheck(deps, target, deps.now() - deps.recheckMs);
  work.catch((err) => {
    // Its page went out already, so there is only the log to tell.
    if (isLate) deps.logger.error({ event: 'refresh.failed', err }, 'Recheck failed');
  });
  return withTimeout(work, PAGE_DELAY_MS, () => {
    isLate = true;
    return false;
  });
}

async function recheck(deps: RecheckDeps, target: ActiveSession, since: number): Promise<boolean> {
  const { refresher, logger, sessions, recheckMs, now } = deps;
  try {
    await refresher.recheckUnlessUnderWay(target, since);
    return false;
  } catch (error) {
    // Over: the request has no session any more, and goes on as a visitor's.
    if (error instanceof SessionEnded) return true;
    if (!(error instanceof LogtoError)) throw error;
    // The session stays, and so must its tokens until Logto can be asked again.
    const askAgainAt = now() - recheckMs + RETRY_AFTER_MS;
    await sessions.tokens.extend(target.id, target.user.endsAt);
    await sessions.update(target, ({ user }) => {
      user.checkedAt = Math.max(user.checkedAt, askAgainAt);
    });
    const { requestId } = target;
    logger.warn(
      { event: 'refresh.failed', requestId, reason: error.reason, err: error },
      'Recheck failed',
    );
    return false;
  }
}

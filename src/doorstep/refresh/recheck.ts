import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { LogtoError, SessionEnded } from '../errors.ts';
import { withTimeout } from '../promises.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { RecheckSignal } from './recheck-signal.ts';
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
  /** null where no webhook tells of changes. */
  signal: RecheckSignal | null;
}

type DueDeps = Pick<RecheckDeps, 'now' | 'recheckMs' | 'signal'>;

/** Whether what Logto said is too old to be relied on, or Logto told of a change since. */
export const isRecheckDue = (deps: DueDeps, target: ActiveSession): boolean =>
  target.user.checkedAt <= deps.now() - deps.recheckMs || wasTold(deps, target);

function wasTold({ signal, now }: DueDeps, { id, user }: ActiveSession): boolean {
  if (user.recheck) return user.recheck.notBefore <= now();
  return signal?.isDue(id, user) ?? false;
}

/**
 * A session in use asks Logto every few minutes whether the person is still welcome, so that
 * somebody suspended or deleted is out within them (C11, S8). With Logto down the session stays.
 *
 * @returns true when the session has ended by it.
 */
export function recheckSession(deps: RecheckDeps, target: ActiveSession): Promise<boolean> {
  // Told of a change, no earlier answer will do, whatever the clocks say.
  const since = wasTold(deps, target) ? Number.POSITIVE_INFINITY : deps.now() - deps.recheckMs;
  let isLate = false;
  const work = recheck(deps, target, since);
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
    const notBefore = now() + RETRY_AFTER_MS;
    const isTold = since === Number.POSITIVE_INFINITY;
    await sessions.tokens.extend(target.id, target.user.endsAt);
    await sessions.update(target, ({ user }) => {
      user.checkedAt = Math.max(user.checkedAt, notBefore - recheckMs);
      // Still to be asked, for all that is so new.
      if (isTold) user.recheck = { mark: user.recheck?.mark ?? randomUUID(), notBefore };
    });
    const { requestId } = target;
    logger.warn(
      { event: 'refresh.failed', requestId, reason: error.reason, err: error },
      'Recheck failed',
    );
    return false;
  }
}

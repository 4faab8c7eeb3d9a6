import type { RequestHandler } from 'express';
import { type SignedInRequest, signedIn } from '../access/guards.ts';
import type { AuthDeps } from '../doorstep.ts';
import { LogtoRefused, LogtoUnavailable, SessionEnded } from '../errors.ts';
import { saveSession } from '../session/session.ts';

/** A page never waits longer than this for a recheck; the recheck itself goes on. */
const PATIENCE = 2000;
/** After a failure, a session asks again this much later. */
const AFTER_FAILURE = 60_000;

/**
 * A session in use asks Logto every few minutes whether the person is still welcome, so that
 * somebody suspended or deleted is out within them (C11, S8). With Logto down the session stays.
 */
export function recheckAccount(deps: AuthDeps): RequestHandler {
  const { config, now } = deps;
  return (req, _res, next) => {
    const target = signedIn(req);
    const since = now() - config.session.recheckMs;
    if (!target || target.user.checkedAt > since) return next();
    withPatience(deps, recheck(deps, target, since)).then(() => next(), next);
  };
}

async function recheck(deps: AuthDeps, target: SignedInRequest, since: number): Promise<void> {
  const { refresher, logger } = deps;
  try {
    await refresher.recheckUnlessUnderWay(target, since);
  } catch (error) {
    // Over: the request has no session any more, and goes on as a visitor's.
    if (error instanceof SessionEnded) return;
    if (!(error instanceof LogtoUnavailable || error instanceof LogtoRefused)) throw error;
    await postpone(deps, target);
    const { reference } = target;
    logger.warn(
      { event: 'refresh.failed', reference, reason: error.reason, err: error },
      'Recheck failed',
    );
  }
}

/** The session stays, and so must its tokens until Logto can be asked again. */
async function postpone({ config, sessions, now }: AuthDeps, target: SignedInRequest) {
  const { session, user } = target;
  user.checkedAt = now() - config.session.recheckMs + AFTER_FAILURE;
  await sessions.tokens.extend(session.id, user.endsAt);
  await saveSession(session);
}

async function withPatience({ logger }: AuthDeps, work: Promise<void>): Promise<void> {
  let waiting = true;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  work.catch((err: unknown) => {
    // Its page went out already, so there is only the log to tell.
    if (!waiting) logger.error({ event: 'refresh.failed', err }, 'Recheck failed');
  });
  await Promise.race([work, patience]).finally(() => {
    waiting = false;
    clearTimeout(timer);
  });
}

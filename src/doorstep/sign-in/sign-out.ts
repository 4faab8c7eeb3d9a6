import type { Request, Response } from 'express';
import type { AuthDeps } from '../doorstep.ts';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import { referenceOf } from '../http/request-id.ts';
import { cookieAttributes, sessionCookieName, sessionOf } from '../session/session.ts';

const SIGNED_OUT_HERE_ONLY =
  'You are signed out here. Logto could not be reached, so you may still be signed in there.';

/**
 * Signs out: the session here first (S7), then the refresh token, then Logto's own session, which
 * only the browser can end. With Logto out of reach the person is signed out here and told so.
 */
export async function signOut(deps: AuthDeps, req: Request, res: Response): Promise<void> {
  const { config, sessions, logto, notices, logger } = deps;
  const reference = referenceOf(req);
  const session = sessionOf(req);
  const user = session?.user;
  const ended = session && user ? await sessions.end(session, user) : null;
  res.clearCookie(sessionCookieName(config), cookieAttributes(config));
  // Without "cookies": on a shared domain that would take Logto's own before it can end its session.
  res.set('Clear-Site-Data', '"cache", "storage"');
  if (user)
    logger.info({ event: 'sign_out', reference, kind: 'here', sub: user.sub }, 'Signed out');

  const home = `${config.baseUrl}/`;
  try {
    const endSession = await logto.endSession(ended?.tokens?.refreshToken ?? null, home);
    notices.set(res, 'You are signed out.');
    res.redirect(303, endSession);
  } catch (error) {
    if (!(error instanceof LogtoUnavailable || error instanceof LogtoRefused)) throw error;
    logger.warn(
      { event: 'sign_out.logto_unreachable', reference, cause: error.message },
      'Signed out here only',
    );
    notices.set(res, SIGNED_OUT_HERE_ONLY);
    res.redirect(303, home);
  }
}

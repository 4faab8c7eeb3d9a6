import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { LogtoError } from '../errors.ts';
import { type CookieNaming, cookieAttributes } from '../http/cookies.ts';
import type { FlashMessages } from '../http/flash.ts';
import type { MessagesOf } from '../http/messages.ts';
import { redirect, sendRefreshPage } from '../http/redirect.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Logto } from '../logto/client.ts';
import type { Revocations } from '../refresh/revocations.ts';
import { sessionCookieName } from '../session/middleware.ts';
import type { Sessions } from '../session/sessions.ts';

export interface SignOutDeps extends CookieNaming {
  baseUrl: string;
  /** Where it leads: a path of this site. */
  afterSignOut: string;
  signOutAnswer: 'page' | 'redirect';
  sessions: Sessions;
  logto: Logto;
  revocations: Revocations;
  flash: FlashMessages;
  messagesOf: MessagesOf;
  logger: Logger;
}

/**
 * Signs out: the session here first (S7), then the refresh token, then Logto's own session, which
 * only the browser can end. With Logto unreachable the person is signed out here and told so.
 *
 * @throws {SessionStoreUnavailable} when the session may go on; the cookie stays for another try. Once
 *   the session is deleted nothing is thrown: an error page would deny what has been done.
 */
export async function signOut(deps: SignOutDeps, req: Request, res: Response): Promise<void> {
  const { baseUrl, afterSignOut, sessions, logto, revocations, flash, logger } = deps;
  const requestId = requestIdOf(req);
  // A host's words may throw: before anything is done.
  const messages = deps.messagesOf(req);
  const active = sessions.of(req);
  const ended = active && (await sessions.end(active, active.user));
  res.clearCookie(sessionCookieName(deps), cookieAttributes(deps));
  // Without "cookies": on a shared domain that would take Logto's own before it can end its session.
  res.set('Clear-Site-Data', '"storage"');
  if (active) {
    const { sub } = active.user;
    logger.info({ event: 'sign_out', requestId, kind: 'here', sub }, 'Signed out');
  }

  const home = baseUrl + afterSignOut;
  const refreshToken = ended?.tokens?.refreshToken ?? null;
  const goTo = (address: string) =>
    deps.signOutAnswer === 'page'
      ? sendRefreshPage(res, address, messages.signingOut, messages)
      : redirect(res, address);
  try {
    const { url, revocationError: err } = await logto.endSession(refreshToken, home);
    if (err) {
      logger.warn(
        { event: 'revocation.failed', requestId, err },
        'A refresh token was not revoked',
      );
    }
    flash.set(res, messages.signedOut);
    goTo(url);
  } catch (error) {
    logger.warn(
      {
        event: 'sign_out.logto_unreachable',
        requestId,
        ...(error instanceof LogtoError ? { cause: error.message } : { err: error }),
      },
      'Signed out here only',
    );
    // Nobody waits for it: it is tried until Logto is back, for a while.
    void revocations.revoke(refreshToken);
    flash.set(res, messages.signedOutHereOnly);
    goTo(home);
  }
}

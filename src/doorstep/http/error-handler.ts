import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import {
  AppError,
  HuggingFaceNotConnected,
  type Reason,
  SessionEnded,
  SignInDenied,
  SignInFailed,
  SignInInterrupted,
} from '../errors.ts';
import { escapeHtml } from './html.ts';
import { redirect } from './redirect.ts';
import { requestIdOf } from './request-id.ts';

export interface ErrorHandlerOptions {
  logger: Logger;
  signInPath: string;
  /** Where to sign in, and to come back from there to where this request was. */
  signInAddress: (req: Request) => string;
  render?: ((error: AppError, req: Request, res: Response) => unknown) | undefined;
}

/**
 * Errors of the kit become plain pages or problem JSON (RFC 9457), and a log line with the cause.
 * All others are the app's own, and go on.
 */
export function errorHandler(options: ErrorHandlerOptions): ErrorRequestHandler {
  const { logger, signInPath, signInAddress } = options;
  const render = options.render ?? plainly(signInPath, signInAddress);
  return async (error, req, res, next) => {
    if (!(error instanceof AppError)) return next(error);
    logError(logger, req, error);
    if (res.headersSent) return next(error);
    if (error instanceof SessionEnded && !wantsJson(req)) return redirect(res, signInAddress(req));
    res.status(error.status).set({ ...error.headers, 'Cache-Control': 'no-store' });
    await render(error, req, res);
  };
}

/** One line: what happened to which request, and why. A missing page is nobody's failure. */
export function logError(logger: Logger, req: Request, thrown: AppError): void {
  const isInterrupted = thrown instanceof SignInInterrupted;
  const isOfSignIn = isInterrupted || thrown instanceof SignInFailed;
  const error = isInterrupted ? thrown.cause : thrown;
  const line = {
    event: isOfSignIn ? 'sign_in.failed' : 'request.failed',
    requestId: requestIdOf(req),
    reason: error.reason,
    method: req.method,
    path: req.path,
    // A refusal without a cause has said all by its reason and message.
    ...((error.status >= 500 || error.cause !== undefined) && { err: error }),
  };
  if (error.status >= 500) logger.error(line, error.message);
  else if (error.status !== 404) logger.warn(line, error.message);
}

/** A program's request; whoever takes neither gets the page. */
export const wantsJson = (req: Request): boolean => req.accepts(['html', 'json']) === 'json';

/**
 * Where to connect Hugging Face again, and to come back to exactly this page. With `prompt=login`, or
 * Logto's own session would answer, and no token be stored.
 */
export const connectAddress = (signInAddress: string): string =>
  `${signInAddress}&direct_sign_in=social:huggingface&prompt=login`;

const plainly =
  (signInPath: string, signInAddress: ErrorHandlerOptions['signInAddress']) =>
  (error: AppError, req: Request, res: Response): void => {
    const { status, reason } = error;
    const [title, detail] = error instanceof SignInDenied ? [DENIED, error.shown] : COPY[reason];
    const requestId = requestIdOf(req);
    // A callback can't be repeated: the way on is a fresh sign-in that keeps the way back.
    const isOfSignIn = error instanceof SignInFailed || error instanceof SignInInterrupted;
    const again = isOfSignIn && `${signInPath}?return_to=${encodeURIComponent(error.returnTo)}`;
    const cause = error instanceof SignInInterrupted ? error.cause : error;
    const [label, href] =
      cause instanceof HuggingFaceNotConnected && !cause.isRepeated
        ? [CONNECT, connectAddress(again || signInAddress(req))]
        : again
          ? ['Start again', again]
          : ['Home page', '/'];
    if (wantsJson(req)) {
      res.type('application/problem+json');
      res.send(JSON.stringify({ title, status, detail, reason, requestId }));
      return;
    }
    res.type('html').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(detail)}</p>
<p><a href="${escapeHtml(href)}">${label}</a></p>
<p><small>Request ID ${requestId}, ${reason}</small></p>
</html>
`);
  };

const NOT_FINISHED = 'We couldn’t finish signing you in';
const DENIED = 'You can’t sign in here';

const CONNECT = 'Connect Hugging Face again';

/** Title and text for every reason there is; the compiler wants all of them. */
const COPY: Record<Reason, [title: string, detail: string]> = {
  sign_in_not_found: [NOT_FINISHED, 'It was started too long ago, or in another browser.'],
  callback_malformed: [NOT_FINISHED, 'The answer from Logto was incomplete.'],
  issuer_mismatch: [NOT_FINISHED, 'The answer came from somebody other than our Logto.'],
  issuer_missing: [NOT_FINISHED, 'The answer from Logto did not say who sent it.'],
  denied: [NOT_FINISHED, 'Somebody said no at Logto, or this account has no access.'],
  refused_by_logto: [NOT_FINISHED, 'Logto came back with an error.'],
  code_refused: [NOT_FINISHED, 'Logto didn’t accept the code it had sent with you.'],
  id_token_invalid: [NOT_FINISHED, 'What Logto told us about you could not be verified.'],
  signed_out_meanwhile: [NOT_FINISHED, 'Your sessions were ended while you were signing in.'],
  hugging_face_not_connected: [CONNECT, 'This site has no permission of yours at Hugging Face.'],
  hugging_face_expired: [CONNECT, 'The permission that you gave at Hugging Face has run out.'],
  hugging_face_scope_missing: [CONNECT, 'You signed in before this site could ask for it.'],
  hugging_face_refused: [CONNECT, 'Hugging Face no longer takes the permission that you gave.'],
  hugging_face_unavailable: [
    'We can’t reach Hugging Face for you right now',
    'Wait a minute, then try again. You have not been signed out.',
  ],
  hugging_face_misconfigured: [
    'This site can’t ask Hugging Face for you',
    'Whoever runs it has to fix that: its log says what is missing.',
  ],
  sign_in_denied: [DENIED, 'This site has not let you in.'],
  logto_unavailable: [
    'We can’t reach our sign-in service right now',
    'Wait a minute, then try again. If you are signed in already, you still are.',
  ],
  logto_wrong_issuer: [
    'Our sign-in service isn’t the one we expect',
    'Logto answers under another name than this site knows, so we stopped.',
  ],
  logto_refused: ['Our sign-in service said no', 'Logto refused what this site asked for.'],
  session_ended: ['Your session has ended', 'Sign in again.'],
  unauthorized: ['This needs an access token', 'There was none, or it is not valid here.'],
  forbidden: ['You can’t do this yet', 'Your account lacks a permission or role for it.'],
  invalid_input: ['Something isn’t right yet', 'Change it, then send it again.'],
  session_store_unavailable: [
    'We can’t reach our session store right now',
    'Wait a minute, then try again. You have not been signed out.',
  ],
  bad_input: ['This link isn’t quite right', 'Check the link, or start from the home page.'],
  sign_in_link_not_open: [
    'Open your link once more',
    'It was opened over 10 minutes ago or in another browser, was used, or another was opened since.',
  ],
  not_a_navigation: [
    'A sign-in starts with a click',
    'This address was fetched in the background, so nothing was started.',
  ],
  method_not_allowed: [
    'This address is for reading only',
    'It was asked for in a way that it doesn’t answer, so nothing was changed.',
  ],
  cross_site_request: [
    'That didn’t come from our own pages',
    'Another site asked for a change here. Nothing was changed.',
  ],
  insecure_request: [
    'This page needs https',
    'The request reached this server without encryption, or its proxy didn’t say otherwise.',
  ],
  unexpected_host: [
    'This site has another address',
    'Open it by that one. A proxy in front must pass the Host header on as it came.',
  ],
  invalid_logout_token: ['The logout token was not accepted', 'Nothing was changed.'],
  invalid_webhook: ['The webhook was not accepted', 'Nothing was changed.'],
  too_many_requests: ['That was a little too often', 'Wait a minute, then try again.'],
  http_error: ['That didn’t work', 'The request could not be answered as it was.'],
  misuse: ['Something broke on our side', 'The log of this site says what it is.'],
  unexpected: ['Something broke on our side', 'Try again in a minute.'],
  not_found: ['There is no page here', 'The address may be mistyped.'],
};

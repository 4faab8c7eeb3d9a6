import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import {
  AppError,
  HuggingFaceNotConnected,
  MembersOnlyDenial,
  SessionEnded,
  SignInDenied,
  SignInFailed,
  SignInInterrupted,
} from '../errors.ts';
import { escapeHtml } from './html.ts';
import { setLanguageHeaders } from './language.ts';
import type { MessagesOf } from './messages.ts';
import { en } from './messages-en.ts';
import { redirect } from './redirect.ts';
import { requestIdOf } from './request-id.ts';

export interface ErrorHandlerOptions {
  logger: Logger;
  signInPath: string;
  /** Where to sign in, and to come back from there to where this request was. */
  signInAddress: (req: Request) => string;
  messagesOf: MessagesOf;
  render?: ((error: AppError, req: Request, res: Response) => unknown) | undefined;
}

/**
 * Errors of the kit become plain pages or problem JSON (RFC 9457), and a log line with the cause.
 * All others are the app's own, and go on.
 */
export function errorHandler(options: ErrorHandlerOptions): ErrorRequestHandler {
  const { logger, signInAddress } = options;
  const render = options.render ?? plainly(options);
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
  ({ signInPath, signInAddress, messagesOf }: ErrorHandlerOptions) =>
  (error: AppError, req: Request, res: Response): void => {
    const { status, reason } = error;
    const isJson = wantsJson(req);
    // What programs read stays English.
    const messages = isJson ? en : messagesOf(req);
    const [title, text] = messages.errors[reason];
    const detail =
      error instanceof MembersOnlyDenial
        ? messages.membersOnly(error)
        : error instanceof SignInDenied
          ? error.shown
          : text;
    const requestId = requestIdOf(req);
    // A callback can't be repeated: the way on is a fresh sign-in that keeps the way back.
    const isOfSignIn = error instanceof SignInFailed || error instanceof SignInInterrupted;
    const again = isOfSignIn && `${signInPath}?return_to=${encodeURIComponent(error.returnTo)}`;
    const cause = error instanceof SignInInterrupted ? error.cause : error;
    const [label, href] =
      cause instanceof HuggingFaceNotConnected && !cause.isRepeated
        ? [messages.connectAgain, connectAddress(again || signInAddress(req))]
        : again
          ? [messages.startAgain, again]
          : [messages.home, '/'];
    if (isJson) {
      res.type('application/problem+json');
      res.send(JSON.stringify({ title, status, detail, reason, requestId }));
      return;
    }
    setLanguageHeaders(res, messages.language);
    res.type('html').send(`<!doctype html>
<html lang="${escapeHtml(messages.language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(detail)}</p>
<p><a href="${escapeHtml(href)}">${escapeHtml(label)}</a></p>
<p><small>${escapeHtml(messages.requestId)} ${requestId}, ${reason}</small></p>
</html>
`);
  };

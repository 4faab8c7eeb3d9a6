import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import {
  AppError,
  type Challenge,
  Forbidden,
  InvalidInput,
  LogtoUnavailable,
  MethodNotAllowed,
  NotFound,
  redirect,
  requestIdOf,
  SessionEnded,
  SessionStoreUnavailable,
  SignInFailed,
  signInAddress,
  Unauthorized,
  Unexpected,
} from '../doorstep/index.ts';
import { errorCopy } from './error-copy.ts';
import type { PageDeps, SendPage } from './feature.ts';
import type { ErrorContext, ErrorPage, Sentence } from './view-models.ts';

/** Nothing answered: the last step before the error handler. */
export const notFound: RequestHandler = () => {
  throw new NotFound('No route answers here');
};

/** The one place where an error becomes a page or problem JSON (RFC 9457), and a log line with the cause. */
export function errorHandler({ logger, send, features }: PageDeps): ErrorRequestHandler {
  const denials = Object.assign({}, ...features.map((feature) => feature.denials));
  return (thrown, req, res, _next) => {
    const error = asAppError(thrown);
    log(logger, req, error);
    // The page is out already; only express-session's late save can get here.
    if (res.headersSent) return void res.end();
    if (error instanceof SessionEnded && req.accepts(['html', 'json']) === 'html') {
      return redirect(res, signInAddress(req));
    }
    if (error instanceof MethodNotAllowed) res.set('Allow', error.allow);
    if (error instanceof LogtoUnavailable && error.retryAfterSeconds !== null) {
      res.set('Retry-After', String(error.retryAfterSeconds));
    }
    const challenge = challengeOf(error);
    if (challenge) res.set('WWW-Authenticate', bearerChallenge(challenge));
    res.status(error.status).set('Cache-Control', 'no-store');
    const context = { address: addressOf(req, error), denials };
    if (req.accepts(['html', 'json']) === 'json') sendProblem(req, res, error, context);
    else sendErrorPage(send, req, res, error, context);
  };
}

/** Express's own errors (a path that doesn't decode, say) carry a 4xx status: those are bad requests. */
function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500;
  if (status < 400 || status >= 500) {
    return new Unexpected('An error that nobody expected', { cause: thrown });
  }
  // body-parser's: too large, or not what Content-Type says. Its message quotes the body: not kept.
  if (thrown instanceof Error && 'type' in thrown) {
    return new InvalidInput({ body: status === 413 ? 'is too large' : 'can’t be read' }, status);
  }
  return new NotFound('The address does not decode', { cause: thrown });
}

function log(logger: Logger, req: Request, error: AppError): void {
  const line = {
    event: error instanceof SignInFailed ? 'sign_in.failed' : 'request.failed',
    requestId: requestIdOf(req),
    reason: error.reason,
    method: req.method,
    path: req.path,
    err: error,
  };
  if (error.status >= 500) logger.error(line, error.message);
  else if (error.status !== 404) logger.warn(line, error.message);
}

/** A denial names the page itself. "Try again" is a link, so it can only repeat a GET. */
function addressOf(req: Request, error: AppError): string {
  const repeats = error instanceof Forbidden || error instanceof NotFound || req.method === 'GET';
  // A path that begins with two slashes would lead a link to another host.
  return repeats ? req.originalUrl.replace(/^[/\\]+/, '/') : '/';
}

function sendErrorPage(
  send: SendPage,
  req: Request,
  res: Response,
  error: AppError,
  context: ErrorContext,
): void {
  const quiet = error instanceof NotFound;
  const { heading, drawing, happened, lead, todo, operator, action } = errorCopy(error, context);
  const sections = [
    ...(happened ? [{ heading: happened.heading ?? 'What happened', text: happened.text }] : []),
    ...(todo ? [{ heading: 'What to do', text: todo }] : []),
    ...(operator ? [{ heading: 'If you run this site', text: operator }] : []),
  ];
  const page: ErrorPage = {
    heading,
    drawing,
    lead: lead ?? null,
    sections,
    action,
    requestId: quiet ? null : requestIdOf(req),
    reason: quiet ? null : error.reason,
  };
  const withUser = !(error instanceof SessionStoreUnavailable);
  send(req, res, 'error', page, { title: heading, withUser });
}

function sendProblem(req: Request, res: Response, error: AppError, context: ErrorContext): void {
  const { heading, happened, todo } = errorCopy(error, context);
  res.type('application/problem+json').send(
    JSON.stringify({
      title: heading,
      status: error.status,
      detail: [happened?.text, todo].map(plain).filter(Boolean).join(' '),
      reason: error.reason,
      ...(error instanceof InvalidInput && { errors: error.fields }),
      requestId: requestIdOf(req),
    }),
  );
}

const plain = (sentence: Sentence | null | undefined): string =>
  (sentence ?? [])
    .map((part) => (typeof part === 'string' ? part : 'code' in part ? part.code : part.strong))
    .join('');

function challengeOf(error: AppError): Challenge | null {
  if (error instanceof Forbidden) return error.denial.challenge;
  return error instanceof Unauthorized ? error.challenge : null;
}

/** RFC 6750 section 3. The values are ours and a setting's: no quote and no backslash in them. */
function bearerChallenge(challenge: Challenge): string {
  const members = Object.entries({ realm: 'api', ...challenge });
  return `Bearer ${members.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

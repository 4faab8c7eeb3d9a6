import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { signInAddress } from '../doorstep/access/guards.ts';
import type { Challenge } from '../doorstep/denial.ts';
import {
  AppError,
  Forbidden,
  InvalidInput,
  MethodNotAllowed,
  NotFound,
  SessionEnded,
  SessionStoreUnavailable,
  SignInFailed,
  Unauthorized,
  Unexpected,
} from '../doorstep/errors.ts';
import { referenceOf } from '../doorstep/http/request-id.ts';
import { refusalWords } from './denial-copy.ts';
import { errorWords } from './error-page.ts';
import type { PageDeps, SendPage } from './pages.ts';
import type { ErrorPage, Sentence } from './view-models.ts';

/** Nothing answered: the last step before the error handler. */
export const notFound: RequestHandler = () => {
  throw new NotFound('No route answers here');
};

/** The one place where an error becomes a page or problem JSON (RFC 9457), and a log line with the cause. */
export function errorHandler({ logger, send }: PageDeps): ErrorRequestHandler {
  return (thrown, req, res, _next) => {
    const error = asAppError(thrown);
    log(logger, req, error);
    // The page is out already; only express-session's late save can get here.
    if (res.headersSent) return void res.end();
    if (error instanceof SessionEnded && req.accepts(['html', 'json']) === 'html') {
      return res.redirect(303, signInAddress(req));
    }
    if (error instanceof MethodNotAllowed) res.set('Allow', error.allow);
    const challenge = challengeOf(error);
    if (challenge) res.set('WWW-Authenticate', bearerChallenge(challenge));
    res.status(error.status).set('Cache-Control', 'no-store');
    if (req.accepts(['html', 'json']) === 'json') sendProblem(req, res, error);
    else sendErrorPage(send, req, res, error);
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
    reference: referenceOf(req),
    reason: error.reason,
    method: req.method,
    path: req.path,
    err: error,
  };
  if (error.status >= 500) logger.error(line, error.message);
  else if (error.status !== 404) logger.warn(line, error.message);
}

function sendErrorPage(send: SendPage, req: Request, res: Response, error: AppError): void {
  const quiet = error instanceof NotFound;
  // "Try again" is a link, so it can only repeat a GET.
  const address = quiet || req.method === 'GET' ? onThisSite(req.originalUrl) : '/';
  const words = refusalWords(error, onThisSite(req.originalUrl)) ?? errorWords(error, address);
  const { heading, drawing, happened, lead, todo, operator, action } = words;
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
    reference: quiet ? null : referenceOf(req),
    reason: quiet ? null : error.reason,
  };
  const withUser = !(error instanceof SessionStoreUnavailable);
  send(req, res, 'error', page, { title: heading, withUser });
}

function sendProblem(req: Request, res: Response, error: AppError): void {
  const address = req.originalUrl;
  const { heading, happened, todo } = refusalWords(error, address) ?? errorWords(error, address);
  res.type('application/problem+json').send(
    JSON.stringify({
      title: heading,
      status: error.status,
      detail: [happened?.text, todo].map(plain).filter(Boolean).join(' '),
      reason: error.reason,
      ...(error instanceof InvalidInput && { errors: error.fields }),
      reference: referenceOf(req),
    }),
  );
}

/** A path that begins with two slashes would lead a link to another host. */
const onThisSite = (address: string) => address.replace(/^[/\\]+/, '/');

const plain = (sentence: Sentence | null | undefined): string =>
  (sentence ?? [])
    .map((part) => (typeof part === 'string' ? part : 'code' in part ? part.code : part.strong))
    .join('');

function challengeOf(error: AppError): Challenge | null {
  if (error instanceof Forbidden) return error.refusal.challenge;
  return error instanceof Unauthorized ? error.challenge : null;
}

/** RFC 6750 section 3. The values are ours and a setting's: no quote and no backslash in them. */
function bearerChallenge(challenge: Challenge): string {
  const members = Object.entries({ realm: 'api', ...challenge });
  return `Bearer ${members.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import {
  AppError,
  connectAddress,
  Forbidden,
  HttpError,
  HuggingFaceNotConnected,
  InvalidInput,
  isSafe,
  logError,
  NotFound,
  redirect,
  requestIdOf,
  SessionEnded,
  SessionStoreUnavailable,
  SignInFailed,
  SignInInterrupted,
  signInAddress,
  Unexpected,
  wantsJson,
} from '../doorstep/index.ts';
import { errorCopy } from './error-copy.ts';
import type { PageDeps, SendPage } from './feature.ts';
import type { Language } from './languages/languages.ts';
import type { Part, Sentence } from './languages/messages.ts';
import type { Messages } from './languages/translation.ts';
import type { Problem } from './problem.ts';
import type { ErrorContext, ErrorPage } from './view-models.ts';

/** Nothing answered: the last step before the error handler. */
export const notFound: RequestHandler = () => {
  throw new NotFound('No route answers here');
};

/** The one place where an error becomes a page or problem JSON (RFC 9457), and a log line with the cause. */
export function errorHandler({ logger, send, features, languages }: PageDeps): ErrorRequestHandler {
  function answer(thrown: unknown, req: Request, res: Response): void {
    const error = asAppError(thrown);
    const returnTo = returnToOf(error);
    const known = error instanceof SignInInterrupted ? error.cause : error;
    logError(logger, req, error);
    // The page is out already; only express-session's late save can get here.
    if (res.headersSent) {
      res.end();
      return;
    }
    const isJson = wantsJson(req);
    // Programs read it, and people who look for its words.
    const { t } = isJson ? languages.english : languages.of(req);
    if (known instanceof SessionEnded && !isJson) {
      redirect(res, signInAddress(req));
      return;
    }
    setHeaders(res, known);
    res.status(known.status).set('Cache-Control', 'no-store');
    // Without a principal the request got no further than the middleware.
    const mayBeDone = !isSafe(req) && req.auth !== undefined;
    const address = addressOf(req, known);
    const context = {
      address,
      returnTo,
      connect: connectOf(req, known, returnTo),
      mayBeDone,
      denials: Object.assign({}, ...features.map((feature) => feature.denials?.(t))),
    };
    if (isJson) sendProblem(t, req, res, known, context);
    else sendErrorPage(t, send, req, res, known, context);
  }

  return (thrown, req, res, _next) => {
    try {
      answer(thrown, req, res);
    } catch (err) {
      const line = { event: 'error_page.failed', requestId: requestIdOf(req), err };
      logger.error(line, 'The error page could not be made');
      sendLastPage(languages.of(req), req, res);
    }
  };
}

/** For when not even the error page can be made: Express's own would show stack and paths. */
function sendLastPage({ tag, t }: Language, req: Request, res: Response): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  for (const name of ['Content-Length', 'Content-Encoding', 'Transfer-Encoding', 'ETag']) {
    res.removeHeader(name);
  }
  if (res.statusCode < 400) res.statusCode = 500;
  const { heading } = t.errors.unexpected;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.end(
    `<!doctype html><html lang="${tag}"><meta charset="utf-8"><title>${heading}</title><h1>${heading}</h1><p>${t.common.requestId} ${plain(t.common.quoteIt({ id: requestIdOf(req) }))}</p><p><a href="/">${t.common.home}</a></p></html>`,
  );
}

/** Of other code's errors: what http-errors, Express and body-parser put on theirs. */
const ForeignStatus = z.number().int().min(400).max(599);
const ForeignError = z.object({
  status: ForeignStatus.optional().catch(undefined),
  statusCode: ForeignStatus.optional().catch(undefined),
  type: z.string().optional().catch(undefined),
});

function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { data } = ForeignError.safeParse(thrown);
  const status = data?.status ?? data?.statusCode ?? 500;
  if (status >= 500) {
    return new Unexpected('An error that nobody expected', { cause: thrown }, status);
  }
  // body-parser's: too large, or not what Content-Type says. Its message quotes the body: not kept.
  if (data?.type && BODY_PARSER_TYPE.test(data.type)) {
    return new InvalidInput({ body: status === 413 ? 'is too large' : 'can’t be read' }, status);
  }
  // Express's own of a path that doesn't decode: nothing can be there.
  if (thrown instanceof URIError) {
    return new NotFound('The address does not decode', { cause: thrown });
  }
  if (status === 404) return new NotFound('Other code found nothing', { cause: thrown });
  return new HttpError(status, thrown);
}

const BODY_PARSER_TYPE = /^(charset|encoding|entity|parameters|querystring|request|stream)\./;

function returnToOf(error: AppError): string | null {
  return error instanceof SignInFailed || error instanceof SignInInterrupted
    ? error.returnTo
    : null;
}

function connectOf(req: Request, error: AppError, returnTo: string | null): string | null {
  if (!(error instanceof HuggingFaceNotConnected) || error.isRepeated) return null;
  const again = returnTo === null ? null : `/sign-in?return_to=${encodeURIComponent(returnTo)}`;
  return connectAddress(again ?? signInAddress(req));
}

/**
 * A denial names the page itself. "Try again" is a link, so it can only repeat a GET; signing out has a
 * page with the button at the same address.
 */
function addressOf(req: Request, error: AppError): string {
  const repeats =
    error instanceof Forbidden ||
    error instanceof NotFound ||
    req.method === 'GET' ||
    req.originalUrl === '/sign-out';
  // A path that begins with two slashes would lead a link to another host.
  return repeats ? req.originalUrl.replace(/^[/\\]+/, '/') : '/';
}

function sendErrorPage(
  t: Messages,
  send: SendPage,
  req: Request,
  res: Response,
  error: AppError,
  context: ErrorContext,
): void {
  const quiet = error instanceof NotFound;
  const { heading, illustration, happened, intro, todo, operator, action } = errorCopy(
    t,
    error,
    context,
  );
  const sections = [
    ...(happened
      ? [{ heading: happened.heading ?? t.errors.whatHappened, text: happened.text }]
      : []),
    ...(todo ? [{ heading: t.errors.whatToDo, text: todo }] : []),
    ...(operator ? [{ heading: t.errors.ifYouRun, text: operator }] : []),
  ];
  const page: ErrorPage = {
    heading,
    illustration,
    intro: intro ?? null,
    sections,
    action,
    requestId: quiet ? null : requestIdOf(req),
    reason: quiet ? null : error.reason,
  };
  const withUser = !(error instanceof SessionStoreUnavailable);
  send(req, res, 'error', page, { title: () => heading, withUser });
}

function sendProblem(
  t: Messages,
  req: Request,
  res: Response,
  error: AppError,
  context: ErrorContext,
): void {
  const { heading, happened, todo } = errorCopy(t, error, context);
  res.type('application/problem+json').send(
    JSON.stringify({
      title: heading,
      status: error.status,
      detail: [happened?.text, todo].map(plain).filter(Boolean).join(' '),
      reason: error.reason,
      ...(error instanceof InvalidInput && { errors: error.fields }),
      requestId: requestIdOf(req),
    } satisfies Problem),
  );
}

const plain = (sentence: Sentence | null | undefined): string =>
  typeof sentence === 'string' ? sentence : (sentence ?? []).map(textOf).join('');

const textOf = (part: string | Part): string => {
  if (typeof part === 'string') return part;
  if ('time' in part) return part.time.text;
  return 'code' in part ? part.code : 'strong' in part ? part.strong : part.isolated;
};

/** What of an error's `headers` goes out (http-errors has them too); by name, in small letters. */
const ERROR_HEADERS = ['allow', 'retry-after', 'www-authenticate'];
const HeadersOfError = z.object({ headers: z.record(z.string(), z.unknown()) });
const HeaderText = z.string().regex(/^[\t\x20-\x7e]*$/);
const HeaderValue = z.union([z.number().transform(String), HeaderText, z.array(HeaderText).max(9)]);

function setHeaders(res: Response, error: AppError): void {
  // An error of other code is the cause of ours.
  for (const source of [error.cause, error]) {
    const headers = HeadersOfError.safeParse(source).data?.headers ?? {};
    for (const [name, value] of Object.entries(headers)) {
      const text = HeaderValue.safeParse(value);
      if (text.success && ERROR_HEADERS.includes(name.toLowerCase())) {
        res.set(name, text.data);
      }
    }
  }
}

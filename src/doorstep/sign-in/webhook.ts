import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import type { Logger } from 'pino';
import {
  type AppError,
  InvalidWebhook,
  MethodNotAllowed,
  type Reason,
  TooManyRequests,
} from '../errors.ts';
import { bodyBudget } from '../http/body-budget.ts';
import { isAborted, rejectParsedBody } from '../http/host-checks.ts';
import { requestIdOf } from '../http/request-id.ts';
import { type Delivery, parseDelivery } from './webhook-event.ts';
import { isSignedBy, looksLikeSignature, SIGNATURE_HEADER } from './webhook-signature.ts';
import { type WebhookDeps, type WebhookResult, WebhookWork } from './webhook-work.ts';

/** A list of 5,000 members takes some 80 kB; a user's data may take more. */
const BODY_LIMIT = '1mb';
/** Of large bodies from one address at a time. */
const BUDGET_BYTES = 16 * 1024 * 1024;
/** Logto's clock and ours may differ by this much, with the way between them. */
const MAX_SKEW_MS = 5 * 60_000;

export interface WebhookRouteDeps extends WebhookDeps {
  path: string;
  /** Any of them may have signed it. */
  keys: readonly string[];
  logger: Logger;
  now: () => number;
  /** Asked only for what none of the keys has signed. */
  failureLimit: RequestHandler;
}

/**
 * POST /hooks/logto: Logto says that somebody was suspended or deleted, or that rights have changed.
 * Logto sends it once and never again, waits 10 s for the answer, and follows redirects. It carries no
 * cookie, so it stands before the session and the CSRF defence; the signature is its proof.
 */
export function webhook(deps: WebhookRouteDeps): Router {
  const { path, keys, now } = deps;
  // Strict, as with back-channel logout: only this very spelling is exempt from the CSRF defence.
  const router = Router({ caseSensitive: true, strict: true });
  // Of any type: whoever sets the webhook up may give it another.
  const readBody = express.raw({ type: () => true, limit: BODY_LIMIT, inflate: false });
  const work = new WebhookWork(deps);
  router.post(path, requireSignature, bodyBudget(BUDGET_BYTES), readBody, async (req, res) => {
    rejectParsedBody(req);
    const body: Buffer = req.body ?? Buffer.alloc(0);
    if (!isSignedBy(keys, body, req.get(SIGNATURE_HEADER) ?? '')) throw wrongSignature();
    // From here on it is Logto's own, and never limited.
    let delivery: Delivery;
    try {
      delivery = parseDelivery(body.toString());
    } catch (error) {
      if (!(error instanceof InvalidWebhook)) throw error;
      return refuse(deps, req, res, error);
    }
    const skewMs = delivery.event === null ? 0 : delivery.createdAt - now();
    const isStale = Math.abs(skewMs) > MAX_SKEW_MS;
    const result = await work.run(delivery, { body, isStale, requestId: requestIdOf(req) });
    const problem = problemOf(result, isStale ? skewMs : null);
    if (problem) return sendProblem(req, res, problem);
    res.set('Cache-Control', 'no-store').status(result === 'goes_on' ? 202 : 204);
    res.end();
  });
  router.all(path, ({ method }) => {
    throw new MethodNotAllowed(method, 'POST');
  });
  router.use(path, answerRefused(deps));
  return router;
}

/** Seen before the body is read: rubbish costs little. */
const requireSignature: RequestHandler = (req, _res, next) => {
  if (!looksLikeSignature(req.get(SIGNATURE_HEADER))) {
    throw new InvalidWebhook(`There is no ${SIGNATURE_HEADER} of 64 hexadecimal digits`, 403);
  }
  next();
};

const wrongSignature = () =>
  new InvalidWebhook(
    'The signature is of another key: LOGTO_WEBHOOK_SIGNING_KEY has to be that of the webhook at Logto',
    403,
  );

/** Why it was not done, though Logto has signed it. */
const NOT_DONE = {
  late: 'It could not be done within 2 seconds, and is tried for another minute.',
  failed: 'It was tried for a minute, or failed for another reason: the log says which.',
  overloaded: 'Too many wait. Sessions ask Logto every few minutes all the same.',
};

/** @param skewMs Of Logto's clock, where it is too much; else null. */
function problemOf(result: WebhookResult, skewMs: number | null): Problem | null {
  if (result !== 'done' && result !== 'goes_on') {
    const reason = 'session_store_unavailable';
    return { status: 503, title: 'Not done', detail: NOT_DONE[result], reason };
  }
  if (skewMs === null) return null;
  const seconds = Math.round(skewMs / 1000);
  const way = seconds < 0 ? 'behind' : 'ahead of';
  return {
    status: 400,
    title: 'The clocks differ',
    detail: `createdAt is ${Math.abs(seconds)} seconds ${way} our clock, and 300 are accepted: set both clocks. No session was ended.`,
    reason: 'invalid_webhook',
    clockDifferenceSeconds: seconds,
  };
}

interface Problem {
  status: number;
  title: string;
  detail: string;
  reason: Reason;
  clockDifferenceSeconds?: number;
}

/** RFC 9457. Logto shows the answer among the webhook's recent requests, where the operator reads it. */
function sendProblem(req: Request, res: Response, problem: Problem): void {
  res.set('Cache-Control', 'no-store').status(problem.status).type('application/problem+json');
  res.send(JSON.stringify({ ...problem, requestId: requestIdOf(req) }));
}

function refuse({ logger }: { logger: Logger }, req: Request, res: Response, error: AppError) {
  const { status, headers, reason } = error;
  const requestId = requestIdOf(req);
  // Never what was sent: anybody can send anything.
  const line = { event: 'webhook.refused', requestId, reason, method: req.method, err: error };
  logger.warn(line, 'Webhook refused');
  const detail =
    error instanceof MethodNotAllowed
      ? 'Logto sends a POST, and follows a redirect with a GET: look for one on the way.'
      : error.message;
  res.set(headers);
  sendProblem(req, res, { status, title: 'The webhook was not accepted', detail, reason });
}

/** What nobody has signed with our key: limited by address, and logged without its content. */
function answerRefused(deps: WebhookRouteDeps): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    if (isAborted(thrown)) return void res.end();
    const refused = refusedFor(thrown);
    if (!refused) return next(thrown);
    // Counted here and not before the signature: behind a proxy, anybody's rubbish would keep out the
    // good one that comes from the same address, and that Logto sends once only.
    deps.failureLimit(req, res, (limited?: unknown) => {
      refuse(deps, req, res, limited instanceof TooManyRequests ? limited : refused);
    });
  };
}

function refusedFor(thrown: unknown): AppError | null {
  if (thrown instanceof InvalidWebhook || thrown instanceof MethodNotAllowed) return thrown;
  if (!(thrown instanceof Error && 'status' in thrown)) return null;
  const status = Number(thrown.status);
  if (status === 413) return new InvalidWebhook(`The body is larger than ${BODY_LIMIT}`, status);
  if (status === 415) return new InvalidWebhook('The body is compressed', status);
  return status < 500 ? new InvalidWebhook('The body could not be read', 400) : null;
}

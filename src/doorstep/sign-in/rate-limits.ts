import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { TooManyRequests } from '../errors.ts';
import { clientAddress } from '../http/client-address.ts';

const WINDOW_MS = 60_000;

/** Requests a minute from one address. Passed in, so that tests and fuzzing can lift them. */
export interface Limits {
  signIn: number;
  callback: number;
  /** Only refused logout tokens count. */
  backchannelFailures: number;
  /** Only refused webhooks count. */
  webhookFailures: number;
}

/** Generous for people, an office behind one address included. */
export const DEFAULT_LIMITS: Limits = {
  signIn: 60,
  callback: 120,
  backchannelFailures: 60,
  webhookFailures: 60,
};

export interface RateLimits {
  signIn: RequestHandler;
  /** For what starts no sign-in, so that a browser's prefetching never takes a person's own click. */
  refusedSignIn: RequestHandler;
  callback: RequestHandler;
  backchannelFailure: RequestHandler;
  webhookFailure: RequestHandler;
}

/** Counted in the process: N processes allow N times as much, which still stops a flood. */
export function createRateLimits(limits: Limits): RateLimits {
  const limited = (limit: number): RequestHandler =>
    rateLimit({
      windowMs: WINDOW_MS,
      limit,
      keyGenerator: clientAddress,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Its checks write to the console, past the log; TRUST_PROXY is checked at start-up.
      validate: false,
      // Retry-After is set by then; the error handler makes the page.
      handler: (_req, _res, next) => next(new TooManyRequests('More requests than a person makes')),
    });
  return {
    signIn: limited(limits.signIn),
    refusedSignIn: limited(limits.signIn),
    callback: limited(limits.callback),
    backchannelFailure: limited(limits.backchannelFailures),
    webhookFailure: limited(limits.webhookFailures),
  };
}

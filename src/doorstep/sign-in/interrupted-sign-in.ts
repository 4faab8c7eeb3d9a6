import type { ErrorRequestHandler, Request } from 'express';
import {
  AppError,
  BadInput,
  InsecureRequest,
  SignInDenied,
  SignInFailed,
  SignInInterrupted,
  Unexpected,
} from '../errors.ts';
import type { Sessions } from '../session/sessions.ts';
import type { PendingSignIns } from './pending-sign-in.ts';

export interface InterruptedSignInDeps {
  baseUrl: string;
  callbackPath: string;
  sessions: Sessions;
  pendingSignIns: PendingSignIns;
  asVisitor: (req: Request) => void;
}

/**
 * Every error of a callback, wherever it comes from: the one place where it learns the way back, which
 * the cookie named by `state` knows. So no page has to offer the same address again, which may be used
 * up, and none has the code in it.
 */
export function interruptedSignIn(deps: InterruptedSignInDeps): ErrorRequestHandler {
  const { baseUrl, callbackPath, sessions, pendingSignIns, asVisitor } = deps;
  return (thrown: unknown, req, _res, next) => {
    const isOfTheSignIn = req.path === callbackPath && req.method === 'GET';
    const isRefused = [InsecureRequest, BadInput, SignInDenied].some(
      (one) => thrown instanceof one,
    );
    if (!isOfTheSignIn || isRefused) return next(thrown);
    // A session of before may have ended on the way: its user is not shown as signed in.
    if (req.auth && !sessions.of(req)) asVisitor(req);
    const state = new URL(req.originalUrl, baseUrl).searchParams.get('state');
    const returnTo = (state && pendingSignIns.find(req, state)?.returnTo) || '/';
    if (thrown instanceof SignInFailed) {
      thrown.returnTo = returnTo;
      return next(thrown);
    }
    const cause =
      thrown instanceof AppError
        ? thrown
        : new Unexpected('An error that nobody expected', { cause: thrown });
    next(new SignInInterrupted(cause, returnTo));
  };
}

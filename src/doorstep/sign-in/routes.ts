import { type RequestHandler, Router } from 'express';
import { foreignChange, isForeignChange, type Origins } from '../http/same-origin.ts';
import { type CallbackDeps, finishSignIn } from './callback.ts';
import { getOnly, isNavigation, navigationOnly } from './navigation.ts';
import type { Paths } from './paths.ts';
import type { RateLimits } from './rate-limits.ts';
import { type SignInDeps, startSignIn } from './sign-in.ts';
import { type SignOutDeps, signOut } from './sign-out.ts';

export type AuthRoutesDeps = SignInDeps &
  CallbackDeps &
  SignOutDeps & { paths: Paths; limits: RateLimits; origins: Origins };

/** Signing in, signing up, the callback, and signing out by POST. GET of the last is the app's own. */
export function authRoutes(deps: AuthRoutesDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { limits, paths, origins } = deps;
  const limitSignIn: RequestHandler = (req, res, next) => {
    const starts = req.method === 'GET' && isNavigation(req);
    return starts ? limits.signIn(req, res, next) : limits.refusedSignIn(req, res, next);
  };
  router.all(paths.signIn, limitSignIn, navigationOnly, (req, res) => startSignIn(deps, req, res));
  router.all(paths.signUp, limitSignIn, navigationOnly, (req, res) =>
    startSignIn(deps, req, res, 'register'),
  );
  router.all(paths.callback, getOnly, limits.callback, (req, res) => finishSignIn(deps, req, res));
  router.post(paths.signOut, (req, res) => {
    if (isForeignChange(req, origins)) throw foreignChange();
    return signOut(deps, req, res);
  });
  return router;
}

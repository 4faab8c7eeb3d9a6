import { type RequestHandler, Router } from 'express';
import { type CallbackDeps, finishSignIn } from './callback.ts';
import { getOnly, isNavigation, navigationOnly } from './navigation.ts';
import type { RateLimits } from './rate-limits.ts';
import { type SignInDeps, startSignIn } from './sign-in.ts';
import { type SignOutDeps, signOut } from './sign-out.ts';

export type AuthRoutesDeps = SignInDeps & CallbackDeps & SignOutDeps & { limits: RateLimits };

/** /sign-in, /sign-up, /callback and POST /sign-out. GET /sign-out is a page of the site's. */
export function authRoutes(deps: AuthRoutesDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { limits } = deps;
  const limitSignIn: RequestHandler = (req, res, next) => {
    const starts = req.method === 'GET' && isNavigation(req);
    return starts ? limits.signIn(req, res, next) : limits.refusedSignIn(req, res, next);
  };
  router.all('/sign-in', limitSignIn, navigationOnly, (req, res) => startSignIn(deps, req, res));
  router.all('/sign-up', limitSignIn, navigationOnly, (req, res) =>
    startSignIn(deps, req, res, 'register'),
  );
  router.all('/callback', getOnly, limits.callback, (req, res) => finishSignIn(deps, req, res));
  router.post('/sign-out', (req, res) => signOut(deps, req, res));
  return router;
}

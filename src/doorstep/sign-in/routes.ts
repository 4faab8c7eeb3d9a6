import { Router } from 'express';
import type { AuthDeps } from '../doorstep.ts';
import { finishSignIn } from './callback.ts';
import { getOnly, navigationOnly } from './navigation.ts';
import { startSignIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';

/** /sign-in, /sign-up, /callback and POST /sign-out. GET /sign-out is a page: pages/sign-out.ts. */
export function authRoutes(deps: AuthDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { limits } = deps;
  router.all('/sign-in', limits.signIn, navigationOnly, (req, res) => startSignIn(deps, req, res));
  router.all('/sign-up', limits.signIn, navigationOnly, (req, res) =>
    startSignIn(deps, req, res, 'register'),
  );
  router.all('/callback', limits.callback, getOnly, (req, res) => finishSignIn(deps, req, res));
  router.post('/sign-out', (req, res) => signOut(deps, req, res));
  return router;
}

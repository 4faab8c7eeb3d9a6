import { Router } from 'express';
import { bearer } from './auth/bearer.ts';
import type { AuthDeps } from './auth/deps.ts';
import { NotFound } from './errors.ts';
import type { Feature } from './pages/feature.ts';

/**
 * /api: for programs. Whoever asks brings an access token; cookies are not looked at, so session and
 * CSRF defence come after it. Every answer is JSON, errors too. Without API_RESOURCE there is none.
 */
export function api(deps: AuthDeps, features: readonly Feature[]): Router {
  const router = Router({ caseSensitive: true });
  if (!deps.config.logto.apiResource) return router;
  router.use((req, _res, next) => {
    // The error handler answers in what is asked for.
    req.headers.accept = 'application/json';
    next();
  });
  router.use(bearer(deps));
  for (const feature of features) if (feature.api) router.use(feature.api(deps));
  router.use(() => {
    throw new NotFound('No route of the API answers here');
  });
  return router;
}

import { Router } from 'express';
import { NotFound } from '../doorstep/index.ts';
import { apiDocument } from './api-document.ts';
import type { PageDeps } from './feature.ts';

/**
 * /api: for programs. Whoever asks brings an access token; cookies are not looked at, so session and
 * CSRF defence come after it. Every answer is JSON, errors too. What there is, /api/openapi.json says
 * to anybody. Without API_RESOURCE there is none of it.
 */
export function api(deps: PageDeps): Router {
  const router = Router({ caseSensitive: true });
  if (!deps.config.logto.apiResource) return router;
  router.use((req, _res, next) => {
    // The error handler answers in what is asked for.
    req.headers.accept = 'application/json';
    next();
  });
  const operations = deps.features.flatMap(({ apiOperations = [] }) => apiOperations);
  const document = apiDocument(deps.config, operations);
  router.get('/openapi.json', (_req, res) => void res.json(document));
  router.use(deps.auth.bearer);
  for (const feature of deps.features) if (feature.api) router.use(feature.api(deps));
  router.use(() => {
    throw new NotFound('No route of the API answers here');
  });
  return router;
}

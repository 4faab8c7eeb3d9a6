import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { api } from './api.ts';
import { backchannelLogout } from './auth/backchannel-logout.ts';
import { createAuth } from './auth/deps.ts';
import { requireSignIn } from './auth/guards.ts';
import { sameOriginOnly } from './auth/navigation.ts';
import { DEFAULT_LIMITS, type Limits } from './auth/rate-limits.ts';
import { recheckAccount } from './auth/recheck.ts';
import { reqUser } from './auth/req-user.ts';
import { authRoutes } from './auth/routes.ts';
import { books } from './books/books.ts';
import type { Config } from './config.ts';
import { healthy, ready } from './health.ts';
import { ownOrigin, pathsOnly } from './own-origin.ts';
import { accountPage } from './pages/account.ts';
import { createAssets } from './pages/assets.ts';
import { errorHandler, notFound } from './pages/error-handler.ts';
import type { Feature } from './pages/feature.ts';
import { homePage } from './pages/home.ts';
import { organizations } from './pages/organizations.ts';
import { createPages, type PageDeps } from './pages/pages.ts';
import { sessionsPage } from './pages/sessions.ts';
import { signOutPage } from './pages/sign-out.ts';
import { noStore, securityHeaders } from './security-headers.ts';
import type { SessionRedis } from './session/redis.ts';
import { Sealer } from './session/seal.ts';
import { createSessions } from './session/sessions.ts';

/** Everything with an effect comes in here, so that a test can turn the clock or cut Redis. */
export interface Deps {
  config: Config;
  redis: SessionRedis;
  logger: Logger;
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Requests a minute; DEFAULT_LIMITS unless given. */
  limits?: Limits;
  /** Is shown every request before anything else is. */
  observe?: RequestHandler;
}

/**
 * The whole app. Below "The request's way", each line is one step, from top to bottom. A router has
 * its path here where it can: then requests for other paths don't pay for it.
 */
export function createApp({
  config,
  redis,
  logger,
  fetch,
  now,
  limits = DEFAULT_LIMITS,
  observe,
}: Deps): Express {
  const features: Feature[] = [];
  if (config.logto.organizations) features.push(organizations);
  if (config.logto.apiResource) features.push(books);
  const apiScopes = features.flatMap((feature) => feature.apiScopes);

  const sealer = new Sealer(config.session.secrets);
  const sessions = createSessions({ config, redis, sealer, now });
  const auth = createAuth({
    config,
    redis,
    logger,
    fetch,
    now,
    sealer,
    sessions,
    limits,
    apiScopes,
  });
  const assets = createAssets();
  const pages: PageDeps = { ...auth, features, send: createPages(config, assets, features) };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  // The request's way.
  if (observe) app.use(observe);
  app.get('/healthz', healthy);
  app.get('/readyz', ready(redis));
  app.use(securityHeaders(config));
  app.use('/assets', assets.router);
  app.use(noStore);
  app.use(pathsOnly);
  app.use(ownOrigin(config));
  app.use(backchannelLogout(auth));
  app.use('/api', api(auth, features));
  app.use(sameOriginOnly(config.baseUrl));
  app.use(sessions.middleware);
  app.use(authRoutes(auth));
  app.use(recheckAccount(auth));
  app.get('/', homePage(pages));
  app.get('/sign-out', signOutPage(pages));
  // From here on a guard stands before each page, and whoever passes it has a `req.user`.
  app.use(reqUser(auth));
  app.get('/account', requireSignIn, accountPage(pages));
  app.use(sessionsPage(pages));
  for (const feature of features) app.use(feature.pages(pages));
  app.use(notFound);
  app.use(errorHandler(pages));
  return app;
}

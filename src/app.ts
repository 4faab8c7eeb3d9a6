import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { books } from './books/books.ts';
import { requireSignIn } from './doorstep/access/guards.ts';
import { reqUser } from './doorstep/access/req-user.ts';
import type { Config } from './doorstep/config/config.ts';
import { Sealer } from './doorstep/crypto/sealer.ts';
import { createAuth } from './doorstep/doorstep.ts';
import { ownOrigin, pathsOnly } from './doorstep/http/canonical-origin.ts';
import type { SessionRedis } from './doorstep/redis/commands.ts';
import { recheckAccount } from './doorstep/refresh/recheck.ts';
import { createSessions } from './doorstep/session/sessions.ts';
import { backchannelLogout } from './doorstep/sign-in/backchannel-logout.ts';
import { sameOriginOnly } from './doorstep/sign-in/navigation.ts';
import { DEFAULT_LIMITS, type Limits } from './doorstep/sign-in/rate-limits.ts';
import { authRoutes } from './doorstep/sign-in/routes.ts';
import { accountPage } from './site/account.ts';
import { api } from './site/api.ts';
import { createAssets } from './site/assets.ts';
import { errorHandler, notFound } from './site/error-handler.ts';
import type { Feature } from './site/feature.ts';
import { healthy, ready } from './site/health.ts';
import { homePage } from './site/home.ts';
import { organizations } from './site/organizations.ts';
import { createPages, type PageDeps } from './site/pages.ts';
import { noStore, securityHeaders } from './site/security-headers.ts';
import { sessionsPage } from './site/sessions.ts';
import { signOutPage } from './site/sign-out.ts';

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

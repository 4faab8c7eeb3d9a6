import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { requireSignIn } from './auth/guards.ts';
import { createLogto } from './auth/logto.ts';
import { sameOriginOnly } from './auth/navigation.ts';
import { PendingSignIns } from './auth/pending-sign-in.ts';
import { recheckAccount } from './auth/recheck.ts';
import { Refresher } from './auth/refresh.ts';
import { reqUser } from './auth/req-user.ts';
import { authRoutes } from './auth/routes.ts';
import type { Config } from './config.ts';
import { healthRoutes } from './health.ts';
import { ownOrigin } from './own-origin.ts';
import { accountPage } from './pages/account.ts';
import { createAssets } from './pages/assets.ts';
import { errorHandler, notFound } from './pages/error-handler.ts';
import { homePage } from './pages/home.ts';
import { createPages } from './pages/pages.ts';
import { signOutPage } from './pages/sign-out.ts';
import { securityHeaders } from './security-headers.ts';
import type { SessionRedis } from './session/redis.ts';
import { Sealer } from './session/seal.ts';
import { createSessions } from './session/session.ts';

/** Everything with an effect comes in here, so that a test can turn the clock or cut Redis. */
export interface Deps {
  config: Config;
  redis: SessionRedis;
  logger: Logger;
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The whole app. Below "The request's way", each line is one step, from top to bottom. */
export function createApp({ config, redis, logger, fetch, now }: Deps): Express {
  const sealer = new Sealer(config.session.secrets);
  const sessions = createSessions({ config, redis, sealer, now });
  const logto = createLogto({ config, fetch, now });
  const pendingSignIns = new PendingSignIns({ config, sealer, now });
  const refresher = new Refresher({ config, redis, sessions, logto, logger, now });
  const assets = createAssets();
  const send = createPages(config, assets);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  // The request's way.
  app.use(healthRoutes(redis));
  app.use(securityHeaders(config));
  app.use(assets.router);
  app.use(ownOrigin(config));
  app.use(sameOriginOnly(config.baseUrl));
  app.use(sessions.middleware);
  app.use(authRoutes({ config, redis, logger, now, sessions, logto, pendingSignIns }));
  app.use(recheckAccount({ config, sessions, refresher, logger, now }));
  app.use(reqUser(config, logto));
  app.get('/', homePage({ config, now, send }));
  app.get('/sign-out', signOutPage(send));
  app.get('/account', requireSignIn, accountPage({ config, logto, refresher, now, send }));
  app.use(notFound);
  app.use(errorHandler({ logger, send }));
  return app;
}

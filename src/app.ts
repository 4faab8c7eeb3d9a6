import express, { type Express, type RequestHandler } from 'express';
import { books } from './books/books.ts';
import {
  canonicalOrigin,
  createDoorstep,
  type DoorstepParts,
  rejectAbsoluteForm,
  requireSecure,
  requireSignIn,
  sameOriginOnly,
  wrapRedisErrors,
} from './doorstep/index.ts';
import { models } from './models/models.ts';
import { accountPage } from './site/account.ts';
import { api } from './site/api.ts';
import { createAssets } from './site/assets.ts';
import type { Config } from './site/config.ts';
import { errorHandler, notFound } from './site/error-handler.ts';
import type { Feature, PageDeps } from './site/feature.ts';
import { healthy, ready } from './site/health.ts';
import { homePage } from './site/home.ts';
import { createLanguages, type LANGUAGES } from './site/languages/languages.ts';
import { createLogtoPages, type LogtoPages } from './site/logto-pages.ts';
import { organizations } from './site/organizations.ts';
import { createPages } from './site/pages.ts';
import { noStore, securityHeaders } from './site/security-headers.ts';
import { sessionsPage } from './site/sessions.ts';
import { signInLinkPage } from './site/sign-in-link.ts';
import { signOutPage } from './site/sign-out.ts';
import { spaceFrame } from './site/space-frame.ts';
import { webManifest } from './site/web-manifest.ts';

/** Everything with an effect comes in here, so that a test can turn the clock or cut Redis. */
export interface Deps
  extends Pick<
    DoorstepParts,
    'redis' | 'logger' | 'limits' | 'webhookAnswerMs' | 'newSessionId' | 'fetchProfile'
  > {
  fetch: typeof fetch;
  config: Config;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Is shown every request before anything else is. */
  observe?: RequestHandler;
  /** Aborted when the process is about to end: it is not ready any more. */
  stopping?: AbortSignal;
  /** Those of src/site/languages/ unless given. */
  languages?: typeof LANGUAGES;
  /** Unless given, made here and asked at once. */
  logtoPages?: LogtoPages;
}

/**
 * The whole site. Below "The request's way", each line is one step, from top to bottom. A router has
 * its path here where it can: then requests for other paths don't pay for it.
 */
export function createApp({ observe, stopping, ...options }: Deps): Express {
  const { config, logger, now, fetch } = options;
  const redis = wrapRedisErrors(options.redis);
  const features: Feature[] = [];
  if (config.logto.organizations) features.push(organizations);
  if (config.logto.apiResource) features.push(books);
  if (config.huggingFace.accessTokens) features.push(models);
  const apiScopes = features.flatMap((feature) => feature.apiScopes);

  const assets = createAssets();
  const languages = createLanguages(config, options.languages);
  const rendering = createPages({ config, languages, assets, features });
  const auth = createDoorstep({
    // The first page after a sign-in greets by name.
    fetchProfile: true,
    ...options,
    apiScopes,
    // Every page of this site allows Logto in its form-action, so its forms may redirect there.
    signOutAnswer: 'redirect',
    renderSignInLink: signInLinkPage(rendering.send),
    language: languages.chosen,
    messages: (req) => languages.of(req).t.flash,
  });
  const logtoPages = options.logtoPages ?? prefetched(createLogtoPages(options));
  const pages: PageDeps = {
    config,
    auth,
    redis,
    logger,
    now,
    fetch,
    features,
    ...rendering,
    logtoPages,
    languages,
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  // The request's way.
  if (observe) app.use(observe);
  app.use(securityHeaders(config));
  app.get('/healthz', healthy);
  app.get('/readyz', ready(redis, logger, stopping));
  app.use('/assets', assets.router);
  app.get('/favicon.ico', assets.favicon);
  app.get('/site.webmanifest', webManifest(config, assets));
  app.use(noStore);
  app.use(rejectAbsoluteForm, requireSecure(config));
  app.use('/api', api(pages));
  app.use(spaceFrame(config, assets));
  app.use(canonicalOrigin(config));
  app.use(auth.middleware);
  app.use(sameOriginOnly(config.baseUrl));
  app.post('/language', languages.choose);
  app.get('/', homePage(pages));
  app.get('/sign-out', signOutPage(pages));
  app.get('/account', requireSignIn, accountPage(pages));
  app.use(sessionsPage(pages));
  for (const feature of features) app.use(feature.pages(pages));
  app.use(notFound);
  app.use(errorHandler(pages));
  return app;
}

/** So that the first visitor sees what Logto offers already. */
function prefetched(logtoPages: LogtoPages): LogtoPages {
  void logtoPages.refresh();
  return logtoPages;
}

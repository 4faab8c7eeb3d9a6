import { once } from 'node:events';
import { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { bearer } from './access/bearer.ts';
import { signInAddressFrom } from './access/guards.ts';
import { OwnSessionList } from './access/own-session-list.ts';
import { setPrincipal, visitor } from './access/principal.ts';
import { protectedResource, resourceMetadata } from './access/protected-resource.ts';
import { SessionPrincipal } from './access/session-principal.ts';
import { type KitConfig, parseKitConfig } from './config/config.ts';
import { Sealer } from './crypto/sealer.ts';
import { rejectAbsoluteForm, requireSecure } from './http/canonical-origin.ts';
import { errorHandler } from './http/error-handler.ts';
import { FlashMessages } from './http/flash.ts';
import { rejectLaterSession, rejectMisuse } from './http/host-checks.ts';
import { isForeignChange } from './http/same-origin.ts';
import { HuggingFaceAccounts } from './hugging-face/accounts.ts';
import { MembersOnly } from './hugging-face/members-only.ts';
import { sampleLog } from './log-sampling.ts';
import { createLogger } from './logger.ts';
import { createLogto } from './logto/client.ts';
import type { Doorstep, DoorstepOptions } from './options.ts';
import { withTimeout } from './promises.ts';
import { COMMAND_TIMEOUT_MS, closeRedis, connectRedis, defineScripts } from './redis/client.ts';
import type { RedisCommands } from './redis/commands.ts';
import { wrapRedisErrors } from './redis/errors.ts';
import { withPrefix } from './redis/prefix.ts';
import { isRecheckDue, recheckSession } from './refresh/recheck.ts';
import { RecheckSignal } from './refresh/recheck-signal.ts';
import { Refresher } from './refresh/refresher.ts';
import { Revocations } from './refresh/revocations.ts';
import { logEnded } from './session/ending.ts';
import { sessionOf } from './session/session.ts';
import { Sessions } from './session/sessions.ts';
import { backchannelLogout } from './sign-in/backchannel-logout.ts';
import { interruptedSignIn } from './sign-in/interrupted-sign-in.ts';
import { openSignInLink, signInLinkPage } from './sign-in/link.ts';
import { OpenedLinks } from './sign-in/opened-link.ts';
import { DEFAULT_PATHS } from './sign-in/paths.ts';
import { PendingSignIns } from './sign-in/pending-sign-in.ts';
import { createRateLimits, DEFAULT_LIMITS } from './sign-in/rate-limits.ts';
import { authRoutes } from './sign-in/routes.ts';
import { webhook } from './sign-in/webhook.ts';

/** What {@link createDoorstep} works with: a configuration that was read, a Redis that was connected. */
export interface DoorstepParts extends Omit<DoorstepOptions, 'env' | 'redis'> {
  config: KitConfig;
  redis: RedisCommands;
  logger: Logger;
  /** For the answer to a webhook, milliseconds; 2000 unless given. */
  webhookAnswerMs?: number;
  /** Ends what was opened for it. */
  close?: () => Promise<void>;
}

/**
 * Sign-in with Logto and Hugging Face for an Express app.
 *
 * Waits for Redis for the time of one command (1.2 s), then goes on and heals by itself.
 *
 * @throws {ConfigError} listing every mistake of the configuration at once; it rejects for nothing else.
 * @example
 * const auth = await doorstep();
 * app.use(auth.middleware);
 * app.get('/private', requireSignIn, (req, res) => res.send(req.auth.sub));
 * app.use(auth.errorHandler);
 */
export async function doorstep(options: DoorstepOptions = {}): Promise<Doorstep> {
  const { env = process.env, redis: own, ...others } = options;
  const config = parseKitConfig(env, { redisIsGiven: own !== undefined });
  const logger = options.logger ?? sampleLog(createLogger('info'), options.paths).logger;
  if (own) {
    defineScripts(own);
    return createDoorstep({ ...others, config, logger, redis: own });
  }
  if (!config.redis) throw new Error('parseKitConfig wants a REDIS_URL where no client is given');
  const redis = connectRedis(config.redis, logger);
  const ready = once(redis, 'ready').then(noop, noop);
  await withTimeout(ready, COMMAND_TIMEOUT_MS, noop);
  return createDoorstep({ ...others, config, logger, redis, close: () => closeRedis(redis) });
}

const noop = () => {};

/** Puts the parts together: the only file that knows them all. */
export function createDoorstep(parts: DoorstepParts): Doorstep {
  const { config, logger, fetch = globalThis.fetch, now = Date.now, apiScopes = [] } = parts;
  const redis = wrapRedisErrors(withPrefix(parts.redis, parts.redisPrefix ?? ''));
  const paths = { ...DEFAULT_PATHS, ...parts.paths };
  const { baseUrl, secure, cookieSuffix } = config;
  const naming = { secure, cookieSuffix, cookiePrefix: parts.cookieName };
  const { issuer, appId, apiResource, organizations, timeoutMs, webhookKeys } = config.logto;
  const { maxMs, recheckMs } = config.session;
  const origins = { own: baseUrl, trusted: parts.trustedOrigins ?? [] };

  const sealer = new Sealer(config.session.secrets);
  const flash = new FlashMessages({ sealer, ...naming });
  const pendingSignIns = new PendingSignIns({ sealer, ...naming, now });
  const openedLinks = new OpenedLinks({ sealer, ...naming, now });
  const logto = createLogto({ config, fetch, now, apiScopes });
  const revocations = new Revocations({ logto, logger });
  const sessions = new Sessions({
    config: { ...config, ...naming },
    redis,
    sealer,
    now,
    callbackPath: paths.callback,
    visitorSessions: parts.visitorSessions,
    onEnded: (ended, line) => {
      void revocations.revokeAll([ended]);
      if (ended.wasLive) logEnded(logger, line);
    },
  });
  const signal = webhookKeys.length > 0 ? new RecheckSignal(redis, now) : null;
  signal?.start();
  const refresher = new Refresher({
    timeoutMs,
    redis,
    sessions,
    logto,
    revocations,
    logger,
    now,
    signal,
  });
  const huggingFace = new HuggingFaceAccounts({
    config: config.huggingFace,
    timeoutMs,
    redis,
    sessions,
    refresher,
    logto,
    fetch,
    now,
  });
  const { allowedOrganizations: membersOf } = config.huggingFace;
  const members = { accounts: huggingFace, sessions, revocations, logger, recheckMs, now };
  const membersOnly = membersOf && new MembersOnly({ ...members, organizations: membersOf });
  const organizationId = (handle: string) =>
    membersOf?.find((one) => one.handle === handle)?.id ?? null;
  const limits = createRateLimits({ ...DEFAULT_LIMITS, ...parts.limits });
  const signInPath = paths.signIn;
  const principalDeps = {
    signInPath,
    apiResource,
    huggingFace,
    organizationId,
    logto,
    refresher,
    sessions,
    now,
  };
  const recheckDeps = { recheckMs, refresher, sessions, logger, now, signal };
  const ownVisitor = visitor({ signInPath, isForeignChange: false });
  const foreignVisitor = visitor({ signInPath, isForeignChange: true });

  /** A change that another site asks for does not open the session: for it, nobody is signed in. */
  const session: RequestHandler = (req, res, next) => {
    if (isForeignChange(req, origins)) {
      setPrincipal(req, foreignVisitor);
      next();
    } else sessions.middleware(req, res, next);
  };
  const authenticate: RequestHandler = (req, _res, next) => {
    const active = sessions.of(req);
    if (active) setPrincipal(req, new SessionPrincipal(principalDeps, active));
    else if (!req.auth) setPrincipal(req, ownVisitor);
    next();
  };
  const recheck: RequestHandler = (req, _res, next) => {
    const active = sessions.of(req);
    if (!sessionOf(req)) rejectLaterSession(req);
    // Nearly every page: no promise for it.
    if (!active || !isRecheckDue(recheckDeps, active)) return next();
    recheckSession(recheckDeps, active).then((hasEnded) => {
      if (hasEnded) setPrincipal(req, ownVisitor);
      next();
    }, next);
  };

  /** After the recheck, so that somebody whom Logto no longer knows is not asked for. */
  const stillMember: RequestHandler = (req, _res, next) => {
    const active = sessions.of(req);
    if (!active || !membersOnly?.isDue(active)) return next();
    membersOnly.recheck(active).then((hasEnded) => {
      if (hasEnded) setPrincipal(req, ownVisitor);
      next();
    }, next);
  };

  const apiPath = parts.apiPath ?? '/api';
  const resource = protectedResource({ baseUrl, apiPath, apiResource, issuer, apiScopes });
  const kitRoutes = new Set(Object.values(paths));
  if (resource) kitRoutes.add(resource.path);
  /** Other requests pass by it: they need not pay for it. */
  const onKitRoutes =
    (handler: RequestHandler): RequestHandler =>
    (req, res, next) =>
      kitRoutes.has(req.path) ? handler(req, res, next) : next();
  const middleware = Router({ caseSensitive: true, strict: true });
  middleware.use(rejectMisuse, rejectAbsoluteForm);
  middleware.use(onKitRoutes(requireSecure(config)));
  middleware.use(
    onKitRoutes(
      backchannelLogout({
        path: paths.backchannelLogout,
        issuer,
        appId,
        redis,
        sessions,
        logto,
        revocations,
        logger,
        now,
        failureLimit: limits.backchannelFailure,
      }),
    ),
  );
  if (signal) {
    const failureLimit = limits.webhookFailure;
    const path = paths.webhook;
    const deps = {
      path,
      keys: webhookKeys,
      issuer,
      redis,
      sessions,
      signal,
      revocations,
      logger,
      now,
    };
    const answerWithinMs = parts.webhookAnswerMs;
    middleware.use(onKitRoutes(webhook({ ...deps, answerWithinMs, failureLimit })));
  }
  const answer = parts.signOutAnswer ?? 'page';
  const links = {
    paths,
    origins,
    baseUrl,
    logto,
    pendingSignIns,
    openedLinks,
    logger,
    now,
    limits,
    answer,
    render: parts.renderSignInLink,
  };
  middleware.use(onKitRoutes(openSignInLink(links)));
  if (resource) middleware.use(onKitRoutes(resourceMetadata(resource)));
  middleware.use(session, authenticate);
  middleware.use(onKitRoutes(signInLinkPage(links)));
  middleware.use(
    onKitRoutes(
      authRoutes({
        paths,
        origins,
        baseUrl,
        ...naming,
        issuer,
        maxMs,
        afterSignOut: parts.afterSignOut ?? '/',
        signOutAnswer: answer,
        onSignIn: parts.onSignIn,
        membersOnly,
        redis,
        sessions,
        logto,
        revocations,
        pendingSignIns,
        flash,
        logger,
        now,
        limits,
      }),
    ),
  );
  middleware.use(
    interruptedSignIn({
      baseUrl,
      callbackPath: paths.callback,
      sessions,
      pendingSignIns,
      asVisitor: (req) => setPrincipal(req, ownVisitor),
    }),
  );
  middleware.use(recheck);
  if (membersOnly) middleware.use(stillMember);

  const api = Router();
  api.use(rejectAbsoluteForm, requireSecure(config));
  api.use(
    bearer({ signInPath, issuer, apiResource, organizations, membersOf, resource, logto, now }),
  );

  return {
    middleware,
    errorHandler: errorHandler({
      logger,
      signInPath,
      signInAddress: (req) => signInAddressFrom(req, signInPath),
      render: parts.renderError,
    }),
    bearer: api,
    sessions: new OwnSessionList({ sessions, revocations, logger }),
    flash,
    save: (req) => sessions.save(req),
    updateSession: (req, change) => sessions.updateData(req, change),
    async close() {
      signal?.stop();
      await parts.close?.();
    },
  };
}

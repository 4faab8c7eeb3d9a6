import { once } from 'node:events';
import { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { bearer } from './access/bearer.ts';
import { signInAddressFrom } from './access/guards.ts';
import { OwnSessionList } from './access/own-session-list.ts';
import { principalSteps } from './access/principal-steps.ts';
import { profileAtSignIn } from './access/profile-at-sign-in.ts';
import { protectedResource, resourceMetadata } from './access/protected-resource.ts';
import { type KitConfig, parseKitConfig } from './config/config.ts';
import { Sealer } from './crypto/sealer.ts';
import { rejectAbsoluteForm, requireSecure } from './http/canonical-origin.ts';
import { errorHandler } from './http/error-handler.ts';
import { FlashMessages } from './http/flash.ts';
import { rejectMisuse } from './http/host-checks.ts';
import { messagesFor } from './http/language.ts';
import { HuggingFaceAccounts } from './hugging-face/accounts.ts';
import { MembersOnly } from './hugging-face/members-only.ts';
import { sampleLog } from './log-sampling.ts';
import { createLogger } from './logger.ts';
import { createLogto } from './logto/client.ts';
import type { Doorstep, DoorstepOptions } from './options.ts';
import { noop, withTimeout } from './promises.ts';
import { COMMAND_TIMEOUT_MS, closeRedis, connectRedis, defineScripts } from './redis/client.ts';
import type { RedisCommands } from './redis/commands.ts';
import { wrapRedisErrors } from './redis/errors.ts';
import { rejectSplitPrefix, withPrefix } from './redis/prefix.ts';
import { RecheckSignal } from './refresh/recheck-signal.ts';
import { Refresher } from './refresh/refresher.ts';
import { Revocations } from './refresh/revocations.ts';
import { logEnded } from './session/ending.ts';
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
  /** What the Redis client itself puts before every key (ioredis's `keyPrefix`). */
  clientPrefix?: string | undefined;
  logger: Logger;
  /** For the answer to a webhook, milliseconds; 2000 unless given. */
  webhookAnswerMs?: number;
  /** Unless given, as `session/keys.ts` makes them. */
  newSessionId?: (() => string) | undefined;
  /** Ends what was opened for it. */
  close?: () => Promise<void>;
}

/**
 * Sign-in with Logto and Hugging Face for an Express app.
 *
 * Waits for Redis for the time of one command (1.2 s), then goes on and heals by itself.
 *
 * @throws {ConfigError} listing every mistake of the configuration at once.
 * @throws {Misuse} when a client of the app's own has commands by the names of the kit's. It rejects for
 *   nothing else.
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
    const clientPrefix = own.options.keyPrefix;
    if (own.isCluster) rejectSplitPrefix(`${clientPrefix ?? ''}${others.redisPrefix ?? ''}`);
    defineScripts(own);
    return createDoorstep({ ...others, config, logger, redis: own, clientPrefix });
  }
  if (!config.redis) throw new Error('parseKitConfig wants a REDIS_URL where no client is given');
  if (config.redis.mode === 'cluster') rejectSplitPrefix(others.redisPrefix ?? '');
  const redis = connectRedis(config.redis, logger);
  const ready = once(redis, 'ready').then(noop, noop);
  await withTimeout(ready, COMMAND_TIMEOUT_MS, noop);
  return createDoorstep({ ...others, config, logger, redis, close: () => closeRedis(redis) });
}

/** Puts the parts together: the only file that knows them all. */
export function createDoorstep(parts: DoorstepParts): Doorstep {
  const { config, logger, fetch = globalThis.fetch, now = Date.now, apiScopes = [] } = parts;
  const { redisPrefix = '' } = parts;
  const redis = wrapRedisErrors(withPrefix(parts.redis, redisPrefix));
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
    keyPrefix: `${parts.clientPrefix ?? ''}${redisPrefix}`,
    sealer,
    now,
    callbackPath: paths.callback,
    visitorSessions: parts.visitorSessions,
    newSessionId: parts.newSessionId,
    onEnded: (ended, line) => {
      void revocations.revokeAll([ended]);
      if (ended.wasLive) logEnded(logger, line);
    },
  });
  const signal = webhookKeys.length > 0 ? new RecheckSignal(redis, now) : null;
  signal?.start();
  const shared = { redis, sessions, logto, revocations, logger, now };
  const refresher = new Refresher({ ...shared, timeoutMs, signal });
  const huggingFace = new HuggingFaceAccounts({
    ...shared,
    config: config.huggingFace,
    timeoutMs,
    refresher,
    fetch,
  });
  const { allowedOrganizations: membersOf } = config.huggingFace;
  const membersOnly =
    membersOf &&
    new MembersOnly({ ...shared, accounts: huggingFace, recheckMs, organizations: membersOf });
  const organizationId = (handle: string) =>
    membersOf?.find((one) => one.handle === handle)?.id ?? null;
  const limits = createRateLimits({ ...DEFAULT_LIMITS, ...parts.limits });
  const signInPath = paths.signIn;
  const steps = principalSteps({
    origins,
    principal: { ...shared, signInPath, apiResource, huggingFace, organizationId, refresher },
    recheck: { ...shared, recheckMs, refresher, signal },
    membersOnly,
  });

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
        ...shared,
        path: paths.backchannelLogout,
        issuer,
        appId,
        failureLimit: limits.backchannelFailure,
      }),
    ),
  );
  if (signal) {
    const handler = webhook({
      ...shared,
      path: paths.webhook,
      keys: webhookKeys,
      issuer,
      signal,
      answerWithinMs: parts.webhookAnswerMs,
      failureLimit: limits.webhookFailure,
    });
    middleware.use(onKitRoutes(handler));
  }
  const answer = parts.signOutAnswer ?? 'page';
  const fetchProfile = parts.fetchProfile ? profileAtSignIn(shared) : null;
  const { language } = parts;
  const messagesOf = messagesFor(parts);
  const routes = {
    ...shared,
    paths,
    origins,
    baseUrl,
    pendingSignIns,
    limits,
    language,
    messagesOf,
  };
  const links = { ...routes, openedLinks, answer, render: parts.renderSignInLink };
  middleware.use(onKitRoutes(openSignInLink(links)));
  if (resource) middleware.use(onKitRoutes(resourceMetadata(resource)));
  middleware.use(steps.session, steps.authenticate);
  middleware.use(onKitRoutes(signInLinkPage(links)));
  middleware.use(
    onKitRoutes(
      authRoutes({
        ...routes,
        ...naming,
        issuer,
        maxMs,
        afterSignOut: parts.afterSignOut ?? '/',
        signOutAnswer: answer,
        onSignIn: parts.onSignIn,
        membersOnly,
        fetchProfile,
        flash,
      }),
    ),
  );
  middleware.use(
    interruptedSignIn({
      baseUrl,
      callbackPath: paths.callback,
      sessions,
      pendingSignIns,
      asVisitor: steps.asVisitor,
    }),
  );
  middleware.use(steps.recheck);
  if (membersOnly) middleware.use(steps.stillMember);

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
      messagesOf,
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

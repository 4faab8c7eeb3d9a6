import { type Request, type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { bearer } from './access/bearer.ts';
import { OwnSessions } from './access/own-sessions.ts';
import { setPrincipal, VISITOR } from './access/principal.ts';
import { SessionPrincipal } from './access/session-principal.ts';
import type { Config } from './config/config.ts';
import { Sealer } from './crypto/sealer.ts';
import { canonicalOrigin, rejectAbsoluteForm } from './http/canonical-origin.ts';
import { FlashMessages } from './http/flash.ts';
import { sameOriginOnly } from './http/same-origin.ts';
import { createLogto } from './logto/client.ts';
import type { RedisCommands } from './redis/commands.ts';
import { recheckIfDue } from './refresh/recheck.ts';
import { Refresher } from './refresh/refresher.ts';
import { revokeAll } from './refresh/revoke.ts';
import { type AppData, Sessions } from './session/sessions.ts';
import { backchannelLogout } from './sign-in/backchannel-logout.ts';
import { interruptedSignIn } from './sign-in/callback.ts';
import { PendingSignIns } from './sign-in/pending-sign-in.ts';
import { createRateLimits, DEFAULT_LIMITS, type Limits } from './sign-in/rate-limits.ts';
import { authRoutes } from './sign-in/routes.ts';

/** Everything with an effect comes in here, so that a test can turn the clock or cut Redis. */
export interface DoorstepOptions {
  config: Config;
  redis: RedisCommands;
  logger: Logger;
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Requests a minute; DEFAULT_LIMITS unless given. */
  limits?: Limits | undefined;
  /** Permissions of the API to ask for at sign-in. */
  apiScopes?: readonly string[] | undefined;
}

export interface Doorstep {
  /** Session, `req.auth`, and the routes of signing in and out. */
  middleware: RequestHandler;
  /** For an API: `req.auth` by access token, and no cookie is looked at. Before `middleware`. */
  bearer: RequestHandler;
  /** The devices of the person who asks. */
  sessions: OwnSessions;
  flash: FlashMessages;
  /**
   * Changes the app's own keys of the session as it is now, and resolves when that is stored.
   *
   * @returns false for a visitor, and when the session has ended meanwhile.
   * @throws {SessionStoreUnavailable} when it can't be known that the change is stored.
   */
  updateSession(req: Request, change: (data: AppData) => void): Promise<boolean>;
}

/** Puts the parts together: the only file that knows them all. */
export function createDoorstep(options: DoorstepOptions): Doorstep {
  const { config, redis, logger, fetch, now, limits = DEFAULT_LIMITS, apiScopes } = options;
  const { baseUrl, secure } = config;
  const { issuer, appId, apiResource, organizations, timeoutMs } = config.logto;
  const { maxMs, recheckMs } = config.session;

  const sealer = new Sealer(config.session.secrets);
  const flash = new FlashMessages({ sealer, secure });
  const pendingSignIns = new PendingSignIns({ sealer, secure, now });
  const logto = createLogto({ config, fetch, now, apiScopes });
  const sessions = new Sessions({
    config,
    redis,
    sealer,
    now,
    onDestroyed: (ended) => void revokeAll({ logto, logger }, [ended]),
  });
  const refresher = new Refresher({ timeoutMs, redis, sessions, logto, logger, now });
  const rateLimits = createRateLimits(limits);
  const principalDeps = { apiResource, logto, refresher, sessions, now };
  const recheckDeps = { recheckMs, refresher, sessions, logger, now };

  const authenticate: RequestHandler = (req, _res, next) => {
    const active = sessions.of(req);
    setPrincipal(req, active ? new SessionPrincipal(principalDeps, active) : VISITOR);
    next();
  };
  const recheck: RequestHandler = async (req, _res, next) => {
    const active = sessions.of(req);
    if (active && (await recheckIfDue(recheckDeps, active))) setPrincipal(req, VISITOR);
    next();
  };

  const origin = [rejectAbsoluteForm, canonicalOrigin(config)];
  const middleware = Router({ caseSensitive: true, strict: true });
  middleware.use(origin);
  middleware.use(
    backchannelLogout({
      issuer,
      appId,
      redis,
      sessions,
      logto,
      logger,
      now,
      failureLimit: rateLimits.backchannelFailure,
    }),
  );
  middleware.use(sameOriginOnly(baseUrl));
  middleware.use(sessions.middleware);
  middleware.use(authenticate);
  middleware.use(
    authRoutes({
      baseUrl,
      secure,
      issuer,
      maxMs,
      redis,
      sessions,
      logto,
      pendingSignIns,
      flash,
      logger,
      now,
      limits: rateLimits,
    }),
  );
  middleware.use(interruptedSignIn({ baseUrl, sessions, pendingSignIns }));
  middleware.use(recheck);

  const api = Router();
  api.use(origin, bearer({ issuer, apiResource, organizations, logto, now }));

  return {
    middleware,
    bearer: api,
    sessions: new OwnSessions({ sessions, logto, logger }),
    flash,
    updateSession: (req, change) => sessions.updateData(req, change),
  };
}

import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import type { Logger } from 'pino';
import { digest } from '../crypto/digest.ts';
import { InvalidLogoutToken } from '../errors.ts';
import { clientAddress } from '../http/client-address.ts';
import { isAborted, rejectReadBody } from '../http/host-checks.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { Logto } from '../logto/client.ts';
import { SignatureQueue, SignatureQueueFull } from '../logto/signature-queue.ts';
import { type LogoutToken, verifyLogoutToken } from '../logto/tokens.ts';
import type { RedisCommands } from '../redis/commands.ts';
import type { Revocations } from '../refresh/revocations.ts';
import type { Sessions } from '../session/sessions.ts';

const BODY_LIMIT = '16kb';
/** Longer than a logout token is accepted, clocks that are off either way included. */
const USED_JTI_MS = 20 * 60_000;

export interface BackchannelDeps {
  path: string;
  issuer: string;
  appId: string;
  redis: RedisCommands;
  sessions: Sessions;
  logto: Logto;
  revocations: Revocations;
  logger: Logger;
  now: () => number;
  /** Asked only for refused tokens. */
  failureLimit: RequestHandler;
}

/**
 * POST /backchannel-logout: Logto says that a session, or a user, is signed out. It carries no
 * cookie, so it stands before the session and the CSRF defence; the signed token is its proof.
 *
 * Source: OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8.
 */
export function backchannelLogout(deps: BackchannelDeps): Router {
  // Strict, and not under a path of app.ts: only this very spelling is exempt from the CSRF defence.
  const router = Router({ caseSensitive: true, strict: true });
  const form = express.urlencoded({ extended: false, limit: BODY_LIMIT, parameterLimit: 10 });
  const signatures = new SignatureQueue();
  router.post(deps.path, form, async (req, res) => {
    await endWhatLogtoEnded(deps, signatures, req);
    res.set('Cache-Control', 'no-store').status(200).end();
  });
  router.use(deps.path, answerWithOAuthError(deps));
  return router;
}

function tokenOf(req: Request): string {
  rejectReadBody(req);
  const token: unknown = req.body?.logout_token;
  if (typeof token === 'string' && token !== '') return token;
  throw new InvalidLogoutToken('The form has no logout_token');
}

async function endWhatLogtoEnded(
  deps: BackchannelDeps,
  signatures: SignatureQueue,
  req: Request,
): Promise<void> {
  const { issuer, appId, redis, sessions, logto, revocations, logger, now } = deps;
  const address = clientAddress(req);
  const said = await verifyLogoutToken(tokenOf(req), {
    keySet: logto.keySet,
    issuer,
    audience: appId,
    now: now(),
    schedule: (check) => signatures.run(address, check),
  });

  const key = `used-jti:${digest(said.jti)}`;
  // A repeat answers as the first did, and changes nothing (S38).
  if ((await redis.get(key)) !== null) return;
  const ended = await sessions.endAll(targetOf(said, issuer));
  // Noted when all is done and not before: after a failure halfway, the same token must work.
  await redis.psetex(key, USED_JTI_MS, '1');
  void revocations.revokeAll(ended);
  logger.info(
    {
      event: 'sign_out',
      requestId: requestIdOf(req),
      kind: 'backchannel',
      sessions: ended.length,
    },
    'Signed out by Logto',
  );
}

/** By `sid` the sessions of that Logto session; by `sub` alone all of the user (S37). */
const targetOf = (said: LogoutToken, iss: string) =>
  'sid' in said ? { logtoSession: said.sid } : { iss, sub: said.sub };

/** Section 2.8: 400 with an OAuth error body for what can't be accepted. Everything else goes on. */
function answerWithOAuthError({ logger, failureLimit }: BackchannelDeps): ErrorRequestHandler {
  return (thrown, req, res: Response, next) => {
    // Whoever sent it has gone, so there is nobody to answer.
    if (isAborted(thrown)) return void res.end();
    if (thrown instanceof SignatureQueueFull) {
      logger.error(
        { event: 'backchannel_logout.overloaded', requestId: requestIdOf(req) },
        'A logout token was not looked at: too many wait',
      );
      res.set({ 'Cache-Control': 'no-store', 'Retry-After': '10' }).status(503);
      return void res.json({ error: 'temporarily_unavailable' });
    }
    if (!(thrown instanceof InvalidLogoutToken || isUnreadableBody(thrown))) return next(thrown);
    logger.warn(
      { event: 'backchannel_logout.refused', requestId: requestIdOf(req), err: thrown },
      'Logout token refused',
    );
    // Counted here and not before the signature: behind a proxy, anybody's rubbish would keep out the
    // good token that comes from the same address, and that Logto sends once only.
    failureLimit(req, res, (limited?: unknown) => {
      if (limited) return next(limited);
      res.set('Cache-Control', 'no-store').status(400);
      res.json({
        error: 'invalid_request',
        error_description: 'The logout token was not accepted',
      });
    });
  };
}

/** Too large, compressed in a way that doesn't open, and the like: the body parser's 4xx. */
const isUnreadableBody = (thrown: unknown): boolean =>
  thrown instanceof Error && 'status' in thrown && Number(thrown.status) < 500;

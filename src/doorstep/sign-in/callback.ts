import { createHash } from 'node:crypto';
import { PersistKey } from '@logto/node';
import type { Request, Response } from 'express';
import type { AuthDeps } from '../doorstep.ts';
import { LogtoRefused, SignInFailed } from '../errors.ts';
import { referenceOf } from '../http/request-id.ts';
import type { ClientStorage } from '../logto/client.ts';
import { askRedis } from '../redis/errors.ts';
import { revokeAll } from '../refresh/revoke.ts';
import { describeDevice } from '../session/device.ts';
import { sessionOf } from '../session/session.ts';
import type { SignIn } from '../session/sessions.ts';
import { userFrom } from '../session/user.ts';
import type { PendingSignIn } from './pending-sign-in.ts';

/** As long as a pending sign-in can live. */
const USED_STATE_LIFE = 60 * 60_000;

interface CallbackAnswer {
  state: string;
  code: string;
  error: string | null;
}

/**
 * Finishes a sign-in: one call to Logto, then a new session, then the way back. Nothing is spent
 * (state, code, cookie) before Redis has said that this state is used for the first time, so an
 * outage leaves the same address good for another try.
 *
 * @throws {SignInFailed} with the reason; a signed-in person's replay goes home instead (C7).
 */
export async function finishSignIn(deps: AuthDeps, req: Request, res: Response): Promise<void> {
  const { config, sessions, pendingSignIns, logger } = deps;
  const url = new URL(req.originalUrl, config.baseUrl);
  const { state, code, error } = parseAnswer(url.searchParams, config.logto.issuer);
  const pending = pendingSignIns.find(req, state);
  if (!pending || !(await spend(deps, state))) {
    if (sessionOf(req)?.user) return res.redirect(303, '/');
    throw new SignInFailed('sign_in_not_found', 'No sign-in is under way for this state');
  }
  pendingSignIns.remove(req, res, state);
  if (error !== null) throw refusal(error, pending);

  const signIn = await exchange(deps, req, { state, code }, pending);
  // Where somebody was signed in already, that may go on, and with this token its grant would end.
  const hadSession = Boolean(sessionOf(req)?.user);
  const giveBack = () => void revokeAll(deps, [{ tokens: signIn.tokens, wasLive: false }]);
  const endedMeanwhile = await sessions.begin(req, signIn).catch((error: unknown) => {
    if (!hadSession) giveBack();
    throw error;
  });
  if (endedMeanwhile) {
    giveBack();
    throw new SignInFailed(
      'signed_out_meanwhile',
      'The sessions of this user were ended meanwhile',
      pending,
    );
  }
  logger.info(
    { event: 'sign_in.succeeded', reference: referenceOf(req), sub: signIn.user.sub },
    'Signed in',
  );
  res.redirect(303, pending.returnTo);
}

/** RFC 6749 section 4.1.2, RFC 9207: each parameter once, state present, iss Logto's own. */
function parseAnswer(query: URLSearchParams, issuer: string): CallbackAnswer {
  for (const name of ['state', 'code', 'iss', 'error']) {
    if (query.getAll(name).length > 1) {
      throw new SignInFailed('callback_malformed', `The callback has ${name} more than once`);
    }
  }
  const state = query.get('state');
  const error = query.get('error');
  const code = query.get('code') ?? '';
  if (!state || (error === null && code === '')) {
    throw new SignInFailed('callback_malformed', 'The callback lacks state, or code and error');
  }
  if (query.get('iss') !== issuer) {
    throw new SignInFailed('issuer_mismatch', 'The callback comes from another issuer');
  }
  return { state, code, error };
}

/**
 * Marks the state as used, across processes: a sealed cookie alone can't be made single-use, and a
 * second exchange of the code makes Logto revoke what the first one got (S32).
 */
async function spend({ redis }: AuthDeps, state: string): Promise<boolean> {
  const key = `used-state:${createHash('sha256').update(state).digest('base64url')}`;
  // A read first: a Redis that hangs would still carry the write out when it goes on, and the state
  // would be spent though the page said 503.
  await askRedis('Used states', redis.get(key));
  return 'OK' === (await askRedis('Used states', redis.set(key, '1', 'PX', USED_STATE_LIFE, 'NX')));
}

function refusal(error: string, { returnTo }: PendingSignIn): SignInFailed {
  const reason =
    error === 'access_denied' || error === 'login_required' ? 'denied' : 'refused_by_logto';
  // Only the registered names of errors go into the log, never free text from a URL.
  const name = /^[a-z_]{1,40}$/.test(error) ? error : 'an unreadable error';
  return new SignInFailed(reason, `Logto returned ${name}`, { returnTo });
}

/** The code for tokens, and the ID token verified, by the SDK's client over a storage of this call's own. */
async function exchange(
  { config, logto, now }: AuthDeps,
  req: Request,
  { state, code }: Pick<CallbackAnswer, 'state' | 'code'>,
  { signInSession, returnTo, prompt, startedAt }: PendingSignIn,
): Promise<SignIn> {
  const storage: ClientStorage = new Map([[PersistKey.SignInSession, signInSession]]);
  const client = logto.client(storage);
  try {
    // An address of what was checked here, and nothing else: the SDK reads queries its own way.
    const checked = new URLSearchParams({ state, code });
    await client.handleSignInCallback(`${config.baseUrl}/callback?${checked}`);
  } catch (cause) {
    if (cause instanceof SignInFailed) {
      throw new SignInFailed(cause.reason, cause.message, { cause: cause.cause, returnTo });
    }
    // Anything but a bad code is about this app's own credentials: the operator's to mend.
    if (!(cause instanceof LogtoRefused && cause.code === 'invalid_grant')) throw cause;
    throw new SignInFailed('code_refused', 'Logto refused the code', { cause, returnTo });
  }
  const signedInAt = now();
  const endsAt = signedInAt + config.session.maxMs;
  const times = { signedInAt, checkedAt: signedInAt, endsAt };
  return {
    user: {
      ...userFrom(await client.getIdTokenClaims(), times),
      device: describeDevice(req.get('user-agent')),
    },
    startedAt,
    idToken: storage.get(PersistKey.IdToken) ?? '',
    wasAskedFor: prompt === 'login',
    tokens: {
      refreshToken: storage.get(PersistKey.RefreshToken) ?? null,
      accessTokens: storage.get(PersistKey.AccessToken) ?? '{}',
      refreshedAt: signedInAt,
    },
  };
}

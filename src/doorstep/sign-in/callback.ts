import { PersistKey } from '@logto/express';
import type { Request, Response } from 'express';
import { decodeJwt } from 'jose';
import type { Logger } from 'pino';
import type { Claims } from '../access/principal.ts';
import type { FetchProfile } from '../access/profile-at-sign-in.ts';
import { digest } from '../crypto/digest.ts';
import { LogtoRefused, SignInDenied, SignInFailed } from '../errors.ts';
import type { FlashMessages } from '../http/flash.ts';
import type { MessagesOf } from '../http/messages.ts';
import { redirect } from '../http/redirect.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { MembersOnly } from '../hugging-face/members-only.ts';
import type { ClientStorage, Logto } from '../logto/client.ts';
import type { RedisCommands } from '../redis/commands.ts';
import type { Revocations } from '../refresh/revocations.ts';
import { describeDevice } from '../session/device.ts';
import type { SessionUser } from '../session/record.ts';
import type { Sessions, SignIn } from '../session/sessions.ts';
import { userFrom } from '../session/user.ts';
import { SIGN_IN_LIFETIME_MS } from '../session/user-index.ts';
import { callOnSignIn, type OnSignIn } from './on-sign-in.ts';
import type { Paths } from './paths.ts';
import type { PendingSignIn, PendingSignIns } from './pending-sign-in.ts';

export interface CallbackDeps {
  baseUrl: string;
  paths: Paths;
  onSignIn: OnSignIn | undefined;
  /** Where only members of an organization at Hugging Face may come in. */
  membersOnly: MembersOnly | null;
  /** Where the account at Hugging Face is to be known from the first page on. */
  fetchProfile: FetchProfile | null;
  issuer: string;
  /** How long a session may last, milliseconds. */
  maxMs: number;
  redis: RedisCommands;
  sessions: Sessions;
  logto: Logto;
  revocations: Revocations;
  pendingSignIns: PendingSignIns;
  flash: FlashMessages;
  messagesOf: MessagesOf;
  logger: Logger;
  now: () => number;
}

interface CallbackAnswer {
  state: string;
  code: string;
  error: string | null;
}

/**
 * Finishes a sign-in: one call to Logto, then a new session, then the way back. Nothing else is
 * consumed (code, cookie) before Redis has said that this state is used for the first time.
 *
 * @throws {SignInFailed} with the reason; a signed-in person's replay goes home instead (C7).
 *   `interruptedSignIn` adds the way back to whatever is thrown.
 */
export async function finishSignIn(deps: CallbackDeps, req: Request, res: Response): Promise<void> {
  const { baseUrl, issuer, sessions, pendingSignIns, flash, logger } = deps;
  // A host's words may throw: before anything is used up.
  const messages = deps.messagesOf(req);
  const url = new URL(req.originalUrl, baseUrl);
  const answer = parseAnswer(url.searchParams, issuer);
  const pending = pendingSignIns.find(req, answer.state);
  if (!pending || !(await consumeState(deps, answer.state))) {
    if (sessions.of(req)) return redirect(res, '/');
    throw new SignInFailed('sign_in_not_found', 'No sign-in is under way for this state');
  }
  pendingSignIns.remove(req, res, answer.state);
  const { iss, sub } = await signIn(deps, req, answer, pending);
  const requestId = requestIdOf(req);
  logger.info({ event: 'sign_in.succeeded', requestId, sub }, 'Signed in');
  const { startedBy } = pending;
  const isOther = startedBy && (startedBy.iss !== iss || startedBy.sub !== sub);
  if (isOther) flash.set(res, messages.anotherAccount);
  else if (pending.lostReturnTo) flash.set(res, messages.returnPathLost);
  redirect(res, pending.returnTo);
}

/** @returns who is signed in. */
async function signIn(
  deps: CallbackDeps,
  req: Request,
  { state, code, error }: CallbackAnswer,
  pending: PendingSignIn,
): Promise<SessionUser> {
  if (error !== null) throw denial(error);
  const { sessions, revocations } = deps;
  const finished = await exchange(deps, req, { state, code }, pending);
  const { iss, sub, name, username, picture } = finished.user;
  const storeProfile = deps.fetchProfile?.(finished.tokens);
  // Where somebody was signed in already, that may go on, and with this token its grant would end.
  const hadSession = sessions.of(req) !== null;
  try {
    await deps.membersOnly?.admit(finished, pending.connects === true);
    const claims = decodeJwt<Claims>(finished.idToken);
    const user = { iss, sub, name, username, picture, claims };
    const data = deps.onSignIn ? await callOnSignIn(deps.onSignIn, user, req) : {};
    if (await sessions.begin(req, { ...finished, data })) {
      const begun = sessions.of(req);
      if (begun) storeProfile?.(begun);
      return finished.user;
    }
  } catch (error) {
    if (!hadSession || error instanceof SignInDenied) {
      void revocations.revoke(finished.tokens.refreshToken);
    }
    throw error;
  }
  void revocations.revoke(finished.tokens.refreshToken);
  throw new SignInFailed('signed_out_meanwhile', 'The sessions of this user were ended meanwhile');
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
  const iss = query.get('iss');
  if (!iss) throw new SignInFailed('issuer_missing', 'The callback came without iss');
  if (iss !== issuer) {
    throw new SignInFailed('issuer_mismatch', 'The callback comes from another issuer');
  }
  return { state, code, error };
}

/**
 * Marks the state as used, across processes: a sealed cookie alone can't be made single-use, and a
 * second exchange of the code makes Logto revoke what the first one got (S32). A Redis that hangs may
 * still mark it after the page has answered 503; that page offers a fresh sign-in.
 */
async function consumeState({ redis }: CallbackDeps, state: string): Promise<boolean> {
  const key = `used-state:${digest(state)}`;
  return (await redis.set(key, '1', 'PX', SIGN_IN_LIFETIME_MS, 'NX')) === 'OK';
}

function denial(error: string): SignInFailed {
  const isDenied = error === 'access_denied' || error === 'login_required';
  // Only the registered names of errors go into the log, never free text from a URL.
  const name = /^[a-z_]{1,40}$/.test(error) ? error : 'an unreadable error';
  return new SignInFailed(isDenied ? 'denied' : 'refused_by_logto', `Logto returned ${name}`);
}

/** The code for tokens, and the ID token verified, by the SDK's client over a storage of this call's own. */
async function exchange(
  { baseUrl, paths, maxMs, membersOnly, logto, now }: CallbackDeps,
  req: Request,
  { state, code }: Pick<CallbackAnswer, 'state' | 'code'>,
  { signInSession, prompt, connects, startedAt }: PendingSignIn,
): Promise<SignIn> {
  const storage: ClientStorage = new Map([[PersistKey.SignInSession, signInSession]]);
  const client = logto.client(storage);
  // Before Logto is asked: what it is told to change meanwhile may not be in its answer.
  const signedInAt = now();
  try {
    // An address of what was checked here, and nothing else: the SDK reads queries its own way.
    const checked = new URLSearchParams({ state, code });
    await client.handleSignInCallback(`${baseUrl}${paths.callback}?${checked}`);
  } catch (cause) {
    // Anything but a bad code is about this app's own credentials: the operator's to fix.
    if (!(cause instanceof LogtoRefused && cause.code === 'invalid_grant')) throw cause;
    throw new SignInFailed('code_refused', 'Logto refused the code', { cause });
  }
  const endsAt = signedInAt + maxMs;
  const times = { signedInAt, checkedAt: signedInAt, endsAt };
  return {
    user: {
      ...userFrom(await client.getIdTokenClaims(), times),
      device: describeDevice(req.get('user-agent')),
      ...(connects && { huggingFaceAskedAt: signedInAt }),
      // It comes to a session only when that is so.
      ...(membersOnly && { memberAt: signedInAt }),
    },
    startedAt,
    idToken: storage.get(PersistKey.IdToken) ?? '',
    isFresh: prompt === 'login',
    tokens: {
      refreshToken: storage.get(PersistKey.RefreshToken) ?? null,
      accessTokens: storage.get(PersistKey.AccessToken) ?? '{}',
      refreshedAt: signedInAt,
    },
  };
}

import { PersistKey, Prompt } from '@logto/express';
import type { SignInOptions } from '@logto/node';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { LogtoUnavailable } from '../errors.ts';
import { acceptedLanguages } from '../http/language.ts';
import { redirect } from '../http/redirect.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { ClientStorage, Logto } from '../logto/client.ts';
import type { Sessions } from '../session/sessions.ts';
import type { UserKey } from '../session/user-index.ts';
import type { Paths } from './paths.ts';
import type { PendingSignIns } from './pending-sign-in.ts';
import { parseQuery } from './query.ts';
import { type ReturnPath, returnPath } from './return-path.ts';

/** What a link to /sign-in or /sign-up may say; each once. */
const Query = z.object({
  return_to: z.string().optional(),
  direct_sign_in: z
    .string()
    .regex(/^(social|sso):[\w.-]{1,128}$/, 'has to be social:<target> or sso:<connector id>')
    .optional(),
  login_hint: z
    .string()
    .regex(/^[^\p{Cc}]{1,320}$/u, 'has to be an e-mail address, phone number or user name')
    .optional(),
  ui_locales: z
    .string()
    .regex(
      /^[\w-]{2,35}( [\w-]{2,35}){0,9}$/,
      'has to be a list of language tags, for example "fr en"',
    )
    .optional(),
  prompt: z.literal('login', 'may only be "login"').optional(),
});

export interface SignInDeps {
  baseUrl: string;
  paths: Paths;
  logto: Logto;
  pendingSignIns: PendingSignIns;
  /** What the person chose, where they did. */
  language?: ((req: Request) => string | null) | undefined;
  logger: Logger;
  now: () => number;
}

/**
 * GET /sign-in, /sign-up: sends the browser to Logto. No session is begun and none is changed, so a
 * foreign link to here signs nobody out (C8).
 *
 * @throws {BadInput} for a parameter of the wrong form, {@link LogtoUnavailable} without discovery.
 */
export async function startSignIn(
  deps: SignInDeps & { sessions: Sessions },
  req: Request,
  res: Response,
  firstScreen?: 'register',
): Promise<void> {
  const query = parseQuery(Query, req);
  const [method, target] = query.direct_sign_in?.split(':') ?? [];
  const address = await beginSignIn(deps, req, res, {
    via: query.direct_sign_in ?? firstScreen ?? 'logto',
    returnTo: returnPath(query.return_to, Object.values(deps.paths)),
    prompt: query.prompt ?? null,
    startedBy: query.prompt ? deps.sessions.of(req)?.user : undefined,
    locales: query.ui_locales,
    ...(firstScreen && { firstScreen }),
    ...(target && { directSignIn: { method: method === 'sso' ? 'sso' : 'social', target } }),
    ...(query.login_hint && { loginHint: query.login_hint }),
  });
  redirect(res, address);
}

interface NewSignIn
  extends Pick<SignInOptions, 'firstScreen' | 'directSignIn' | 'loginHint' | 'extraParams'> {
  /** For the log. */
  via: string;
  returnTo: ReturnPath;
  /** `login`: Logto is to ask again who it is. */
  prompt: 'login' | null;
  /** Who asks to be known anew: another person who comes back is told. */
  startedBy?: UserKey | undefined;
  /** As `ui_locales` has them; by default what the browser prefers. */
  locales?: string | undefined;
}

/**
 * Begins a sign-in: state, PKCE verifier and the way back go into one sealed cookie. No Redis command.
 *
 * @returns where at Logto the browser is to go.
 * @throws {LogtoUnavailable} without discovery.
 */
export async function beginSignIn(
  { baseUrl, paths, logto, pendingSignIns, language, logger, now }: SignInDeps,
  req: Request,
  res: Response,
  {
    via,
    returnTo,
    prompt,
    startedBy,
    locales = languagesOf(req, language?.(req)),
    extraParams,
    ...options
  }: NewSignIn,
): Promise<string> {
  const { path, tooLong } = returnTo;
  const storage: ClientStorage = new Map();
  let authorizationUrl: string | undefined;
  await logto
    .client(storage, (url) => {
      authorizationUrl = url;
    })
    .signIn({
      ...options,
      redirectUri: baseUrl + paths.callback,
      clearTokens: false,
      extraParams: { ...extraParams, ...(locales && { ui_locales: locales }) },
      // Without consent in it, Logto gives no refresh token.
      ...(prompt && { prompt: [Prompt.Login, Prompt.Consent] }),
    });

  const signInSession = storage.get(PersistKey.SignInSession);
  const state = /[?&]state=([\w-]+)/.exec(authorizationUrl ?? '')?.[1];
  if (!authorizationUrl || !signInSession || !state) {
    throw new LogtoUnavailable('The SDK made no sign-in');
  }
  pendingSignIns.add(req, res, state, {
    signInSession,
    returnTo: path,
    ...(tooLong && { lostReturnTo: true }),
    prompt,
    ...(prompt && options.directSignIn?.target === 'huggingface' && { connects: true }),
    ...(startedBy && { startedBy: { iss: startedBy.iss, sub: startedBy.sub } }),
    startedAt: now(),
  });
  const requestId = requestIdOf(req);
  if (tooLong) {
    logger.warn(
      { event: 'sign_in.return_path_dropped', requestId, ...tooLong },
      'The way back is too long to be kept',
    );
  }
  logger.info({ event: 'sign_in.started', requestId, via }, 'Sign-in started');
  return authorizationUrl;
}

/**
 * What the person chose, then what their browser prefers, as Logto's pages take it (OpenID Connect
 * Core 3.1.2.1).
 */
function languagesOf(req: Request, chosen: string | null = null): string {
  const accepted = acceptedLanguages(req).filter((tag) => tag !== chosen);
  const tags = [chosen ?? '', ...accepted].filter((tag) =>
    /^[a-z]{2,8}(-[a-z\d]{1,8})*$/i.test(tag),
  );
  return tags.slice(0, 10).join(' ');
}

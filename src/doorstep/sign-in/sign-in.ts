import { PersistKey, Prompt } from '@logto/express';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import { BadInput, LogtoUnavailable } from '../errors.ts';
import { redirect } from '../http/redirect.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { ClientStorage, Logto } from '../logto/client.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Paths } from './paths.ts';
import type { PendingSignIns } from './pending-sign-in.ts';
import { returnPath } from './return-path.ts';

/** What a link to /sign-in or /sign-up may say; each once. */
const Query = z.object({
  return_to: z.string().optional(),
  direct_sign_in: z
    .string()
    .regex(/^(social|sso):[\w.-]{1,128}$/, 'is social:<target> or sso:<connector id>')
    .optional(),
  login_hint: z
    .string()
    .regex(/^[^\p{Cc}]{1,320}$/u, 'is an e-mail address, phone number or user name')
    .optional(),
  ui_locales: z
    .string()
    .regex(/^[\w-]{2,35}( [\w-]{2,35}){0,9}$/, 'is a list of language tags, for example "fr en"')
    .optional(),
  prompt: z.literal('login', 'may only be "login"').optional(),
});

export interface SignInDeps {
  baseUrl: string;
  paths: Paths;
  logto: Logto;
  sessions: Sessions;
  pendingSignIns: PendingSignIns;
  logger: Logger;
  now: () => number;
}

/**
 * Sends the browser to Logto, with state, PKCE verifier and the way back in one sealed cookie. No
 * session is begun and none is changed, so a foreign link to here signs nobody out (C8).
 *
 * @throws {BadInput} for a parameter of the wrong form, {@link LogtoUnavailable} without discovery.
 */
export async function startSignIn(
  { baseUrl, paths, logto, sessions, pendingSignIns, logger, now }: SignInDeps,
  req: Request,
  res: Response,
  firstScreen?: 'register',
): Promise<void> {
  const query = parseQuery(req);
  const locales = query.ui_locales ?? languagesOf(req);
  const { path: returnTo, tooLong } = returnPath(query.return_to, Object.values(paths));
  const [method, target] = query.direct_sign_in?.split(':') ?? [];
  const storage: ClientStorage = new Map();
  let authorizationUrl: string | undefined;
  await logto
    .client(storage, (url) => {
      authorizationUrl = url;
    })
    .signIn({
      redirectUri: baseUrl + paths.callback,
      clearTokens: false,
      ...(firstScreen && { firstScreen }),
      ...(target && { directSignIn: { method: method === 'sso' ? 'sso' : 'social', target } }),
      ...(query.login_hint && { loginHint: query.login_hint }),
      ...(locales && { extraParams: { ui_locales: locales } }),
      // Without consent in it, Logto gives no refresh token.
      ...(query.prompt && { prompt: [Prompt.Login, Prompt.Consent] }),
    });

  const signInSession = storage.get(PersistKey.SignInSession);
  const state = authorizationUrl && new URL(authorizationUrl).searchParams.get('state');
  if (!authorizationUrl || !signInSession || !state) {
    throw new LogtoUnavailable('The SDK made no sign-in');
  }
  const prompt = query.prompt ?? null;
  const { iss, sub } = (prompt && sessions.of(req)?.user) || {};
  pendingSignIns.add(req, res, state, {
    signInSession,
    returnTo,
    ...(tooLong && { lostReturnTo: true }),
    prompt,
    ...(prompt && target === 'huggingface' && { connects: true }),
    ...(iss && sub && { startedBy: { iss, sub } }),
    startedAt: now(),
  });
  if (tooLong) {
    logger.warn(
      { event: 'sign_in.return_path_dropped', requestId: requestIdOf(req), ...tooLong },
      'The way back is too long to be kept',
    );
  }
  logger.info(
    {
      event: 'sign_in.started',
      requestId: requestIdOf(req),
      via: query.direct_sign_in ?? firstScreen ?? 'logto',
    },
    'Sign-in started',
  );
  redirect(res, authorizationUrl);
}

/** What the person's browser prefers, as Logto's pages take it (OpenID Connect Core 3.1.2.1). */
function languagesOf(req: Request): string {
  const tags = req.acceptsLanguages().filter((tag) => /^[a-z]{2,8}(-[a-z\d]{1,8})*$/i.test(tag));
  return tags.slice(0, 10).join(' ');
}

function parseQuery(req: Request): z.infer<typeof Query> {
  const parsed = Query.safeParse(req.query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  const doubled = Array.isArray(req.query[name]);
  throw new BadInput(
    `${name} is invalid`,
    `${name} ${doubled ? 'may be given once' : issue?.message}`,
  );
}

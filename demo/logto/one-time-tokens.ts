import { randomBytes } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import { interactionPolicy } from 'oidc-provider';
import { pageContextOf } from '../hugging-face/assets.ts';
import { prefixOf } from '../hugging-face/mount.ts';
import { languageOf } from '../languages.ts';
import { messagePage } from './pages.ts';
import { finishAs, type SignInContext } from './sign-in.ts';
import type { LogtoUser, UserDirectory } from './users.ts';

export interface OneTimeToken {
  id: string;
  email: string;
  /** 32 characters. */
  token: string;
  context: { jitOrganizationIds?: string[] };
  status: 'active' | 'consumed' | 'revoked';
  /** Milliseconds since 1970. */
  createdAt: number;
  expiresAt: number;
}

export interface OneTimeTokens {
  /** @param options `expiresIn` in seconds. Logto doesn't check the e-mail address. */
  mint(
    email: string,
    options?: { expiresIn?: number; jitOrganizationIds?: string[] },
  ): OneTimeToken;
  /** Uses it up. @returns what is wrong with it, in Logto's words; null: nothing. */
  consume(email: string, token: string): string | null;
  find(token: string): OneTimeToken | undefined;
}

/** One-time tokens, in memory; `expiresIn` is in seconds, as at Logto. */
export function createOneTimeTokens(): OneTimeTokens {
  const all = new Map<string, OneTimeToken>();
  return {
    mint(email, { expiresIn = 600, jitOrganizationIds } = {}) {
      const minted: OneTimeToken = {
        id: randomBytes(10).toString('hex'),
        email,
        token: randomBytes(24).toString('base64url'),
        context: jitOrganizationIds ? { jitOrganizationIds } : {},
        status: 'active',
        createdAt: Date.now(),
        expiresAt: Date.now() + expiresIn * 1000,
      };
      all.set(minted.token, minted);
      return minted;
    },
    consume(email, token) {
      const found = all.get(token);
      if (!found) return 'The token was not found.';
      if (found.email !== email) return 'The email does not match the token.';
      if (found.status !== 'active') return 'The token has been used.';
      if (found.expiresAt <= Date.now()) return 'The token has expired.';
      found.status = 'consumed';
      return null;
    },
    find: (token) => all.get(token),
  };
}

/** Of the policy's reasons. */
export const OTHER_ACCOUNT = 'other_account';

/**
 * Somebody else is signed in at Logto. Compared exactly, so capitals in the address are somebody else
 * even after the right person was signed in.
 */
export const otherAccountCheck = (users: UserDirectory) =>
  new interactionPolicy.Check(OTHER_ACCOUNT, 'Another account is signed in', ({ oidc }) => {
    const { one_time_token: token, login_hint: email } = oidc.params ?? {};
    const current = users.find(oidc.session?.accountId ?? '');
    return token && current && current.email !== email
      ? interactionPolicy.Check.REQUEST_PROMPT
      : interactionPolicy.Check.NO_NEED_TO_PROMPT;
  });

/** What a browser sees of Logto with a one-time token. */
export function oneTimeTokenRoutes(
  context: SignInContext & { oneTimeTokens: OneTimeTokens },
): Router {
  const { users, oneTimeTokens } = context;
  const router = express.Router();
  const prefix = prefixOf(context.shared);
  const invalid = (res: Response, why: string) =>
    res.redirect(`${prefix}/one-time-token/error?${new URLSearchParams({ errorMessage: why })}`);

  router.get('/sign-in', async (req, res, next) => {
    const { one_time_token: token, login_hint: email } = req.query;
    if (typeof token !== 'string') return next();
    if (typeof email !== 'string') return invalid(res, 'The email is missing.');
    const why = oneTimeTokens.consume(email, token);
    if (why) return invalid(res, why);
    const user = users.withEmail(email);
    join(users, user, oneTimeTokens.find(token)?.context.jitOrganizationIds ?? []);
    await finishAs(context, user, req, res);
  });
  router.get('/switch-account', async (req, res) => {
    const { session, params } = await context.provider().interactionDetails(req, res);
    const pageContext = pageContextOf(context.shared, languageOf(req, params.ui_locales));
    const t = pageContext.language.t.logto;
    const current = users.find(session?.accountId ?? '');
    const link = {
      label: t.continueAs({ email: String(req.query.login_hint) }),
      href: `${prefix}/sign-in${req.originalUrl.slice(req.path.length)}`,
    };
    const name = current?.email ?? current?.name ?? t.somebody;
    res.send(messagePage(pageContext, t.signedInAs({ name }), link));
  });
  router.get('/one-time-token/error', (req, res) => {
    const pageContext = pageContextOf(context.shared, languageOf(req));
    const text = pageContext.language.t.logto.invalidLink({
      reason: String(req.query.errorMessage ?? ''),
    });
    const back = {
      label: pageContext.language.t.back({ app: context.appName }),
      href: context.appUrl,
    };
    res.send(messagePage(pageContext, text, back));
  });
  return router;
}

function join(users: UserDirectory, user: LogtoUser, organizationIds: string[]): void {
  for (const id of organizationIds.filter((one) => !user.organizations.some((o) => o.id === one))) {
    const { name = id, description = null } = users.organization(id) ?? {};
    user.organizations.push({ id, name, description, roles: [] });
  }
}

import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { MethodNotAllowed, NotANavigation, SignInLinkNotOpen } from '../errors.ts';
import { rejectReadBody } from '../http/host-checks.ts';
import type { MessagesOf } from '../http/messages.ts';
import { redirect, sendRefreshPage } from '../http/redirect.ts';
import { requestIdOf } from '../http/request-id.ts';
import { foreignChange, isForeignChange, type Origins } from '../http/same-origin.ts';
import { emailAddress } from './email-address.ts';
import { type RenderSignInLink, sendLinkPage } from './link-page.ts';
import { isNavigation } from './navigation.ts';
import type { OpenedLinks } from './opened-link.ts';
import { parseQuery } from './query.ts';
import type { RateLimits } from './rate-limits.ts';
import { beginSignIn, type SignInDeps } from './sign-in.ts';

/** The parameters of a sign-in link, each once. Others (of a mailing, say) are ignored. */
const Link = z.object({
  one_time_token: z
    .string('is missing')
    .regex(
      /^[\w.~-]{1,64}$/,
      'has to be 1 to 64 characters, each one of - . _ ~, a digit or a letter',
    ),
  login_hint: emailAddress,
});

export interface SignInLinkDeps extends SignInDeps {
  limits: RateLimits;
  origins: Origins;
  openedLinks: OpenedLinks;
  answer: 'page' | 'redirect';
  messagesOf: MessagesOf;
  render?: RenderSignInLink | undefined;
}

/**
 * GET /sign-in/link?one_time_token&login_hint: puts both into a sealed cookie and leads to the same
 * address without them. It starts nothing, ends nothing, and asks neither Redis nor Logto: a link of
 * somebody else's must not replace the session of whoever opens it (C8), and a scanner of mails that
 * follows it doesn't use it up.
 *
 * @throws {BadInput} for a parameter of the wrong form, {@link NotANavigation} for a prefetch or a frame.
 */
export function openSignInLink(deps: SignInLinkDeps): RequestHandler {
  const { paths, limits, openedLinks, logger } = deps;
  const router = Router({ caseSensitive: true, strict: true });
  router.get(paths.signInLink, limits.refusedSignIn, (req, res, next) => {
    const hasLink = Object.keys(Link.shape).some((name) => name in req.query);
    if (!hasLink || req.method !== 'GET') return next();
    // An error page would tell its links where it was.
    res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    if (!isNavigation(req)) throw new NotANavigation('Only a navigation may open a sign-in link');
    const { one_time_token: token, login_hint: email } = parseQuery(Link, req);
    openedLinks.set(res, { token, email });
    logger.info(
      { event: 'sign_in_link.opened', requestId: requestIdOf(req) },
      'Sign-in link opened',
    );
    redirect(res, paths.signInLink);
  });
  return router;
}

/** The page of an opened link, and its button, the only thing that starts the sign-in. */
export function signInLinkPage(deps: SignInLinkDeps): Router {
  const { paths, limits, origins } = deps;
  const router = Router({ caseSensitive: true, strict: true });
  const form = express.urlencoded({ extended: false, limit: '1kb', parameterLimit: 5 });
  const sameOrigin: RequestHandler = (req, _res, next) => {
    if (isForeignChange(req, origins)) throw foreignChange();
    next();
  };
  router.post(paths.signInLink, sameOrigin, limits.signIn, form, (req, res) =>
    followLink(deps, req, res),
  );
  router.all(paths.signInLink, (req, res) => showLink(deps, req, res));
  return router;
}

async function showLink(deps: SignInLinkDeps, req: Request, res: Response): Promise<void> {
  const { paths, openedLinks, messagesOf } = deps;
  const render = deps.render ?? sendLinkPage(messagesOf);
  if (req.method !== 'GET') throw new MethodNotAllowed(req.method, 'GET, POST');
  if (!isNavigation(req)) throw new NotANavigation('Only a navigation may ask for this');
  const link = openedLinks.find(req);
  if (!link) {
    // Back, after it was used.
    if (req.auth.isAuthenticated) return redirect(res, '/');
    throw notOpen();
  }
  res.set({ 'Cache-Control': 'no-store', 'X-Frame-Options': 'DENY' });
  const { email, nonce } = link;
  await render({ email, nonce, action: paths.signInLink }, req, res);
}

/**
 * Goes on to Logto as the page had said. The cookie goes once Logto's address is known, so that the
 * button works again after an outage; that the token works once, Logto sees to.
 *
 * @throws {SignInLinkNotOpen} when the page was of another link than the one that is open.
 */
async function followLink(deps: SignInLinkDeps, req: Request, res: Response): Promise<void> {
  const { openedLinks, answer, messagesOf } = deps;
  rejectReadBody(req);
  const link = openedLinks.find(req);
  if (!link || req.body?.nonce !== link.nonce) throw notOpen();
  const messages = messagesOf(req);
  const address = await beginSignIn(deps, req, res, {
    via: 'link',
    returnTo: { path: '/', tooLong: null },
    // Whoever is signed in at Logto would else be asked there which account is meant. Without
    // direct_sign_in, which would win over the token.
    prompt: 'login',
    loginHint: link.email,
    extraParams: { one_time_token: link.token },
  });
  openedLinks.clear(res);
  res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  if (answer === 'redirect') redirect(res, address);
  else sendRefreshPage(res, address, messages.signingIn, messages);
}

const notOpen = () =>
  new SignInLinkNotOpen('No sign-in link is open in this browser, or the page was of another one');

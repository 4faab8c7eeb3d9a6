import type { Request, Response } from 'express';
import { escapeHtml } from '../http/html.ts';

/** What the page of a sign-in link has to have; who is signed in, `req.auth` says. */
export interface SignInLinkPage {
  /** Whom the link signs in, in lower case. Others wrote it: escape it. */
  email: string;
  /** Where the form is sent by POST. */
  action: string;
  /** The form's hidden field `nonce`. */
  nonce: string;
}

export type RenderSignInLink = (page: SignInLinkPage, req: Request, res: Response) => unknown;

/** The kit's own, as plain as its error pages. */
export const sendLinkPage: RenderSignInLink = ({ email, action, nonce }, { auth }, res) => {
  const user = auth.isAuthenticated ? (auth.name ?? auth.username ?? auth.sub) : null;
  const current =
    user === null
      ? ''
      : `<p>You are signed in as <b dir="auto">${escapeHtml(user)}</b>. That session ends when you go on.</p>\n`;
  res.type('html').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in with this link?</title>
<h1>Sign in with this link?</h1>
<p>The link is for <b dir="auto">${escapeHtml(email)}</b>. If that isn’t you, or you didn’t expect it, don’t go on.</p>
${current}<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="nonce" value="${escapeHtml(nonce)}">
<button>Sign in as ${escapeHtml(email)}</button>
</form>
<p><a href="/">Home page</a></p>
</html>
`);
};

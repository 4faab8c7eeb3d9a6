import type { Request, Response } from 'express';
import { escapeHtml } from '../http/html.ts';
import { setLanguageHeaders } from '../http/language.ts';
import type { MessagesOf } from '../http/messages.ts';

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
export const sendLinkPage =
  (messagesOf: MessagesOf): RenderSignInLink =>
  ({ email, action, nonce }, req, res) => {
    const { auth } = req;
    const { language, link, home } = messagesOf(req);
    const title = escapeHtml(link.title);
    const user = auth.isAuthenticated ? (auth.name ?? auth.username ?? auth.sub) : null;
    const current =
      user === null ? '' : `<p>${link.signedInAs(`<b dir="auto">${escapeHtml(user)}</b>`)}</p>\n`;
    setLanguageHeaders(res, language);
    res.type('html').send(`<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${link.isFor(`<b dir="auto">${escapeHtml(email)}</b>`)}</p>
${current}<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="nonce" value="${escapeHtml(nonce)}">
<button>${escapeHtml(link.signInAs(email))}</button>
</form>
<p><a href="/">${escapeHtml(home)}</a></p>
</html>
`);
  };

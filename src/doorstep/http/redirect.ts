import type { Response } from 'express';
import { escapeHtml } from './html.ts';
import type { Messages } from './messages.ts';

/**
 * A page that goes on by itself. Chrome holds a redirect after a form against the `form-action`
 * policy of the form's page, which `'self'` forbids to leave the site; a Refresh is none.
 *
 * @param title Of the page.
 */
export function sendRefreshPage(
  res: Response,
  address: string,
  title: string,
  { language, goOn }: Pick<Messages, 'language' | 'goOn'>,
): void {
  res
    .status(200)
    .set({ 'Content-Language': language, Refresh: `0;url=${address}`, 'Cache-Control': 'no-store' })
    .type('html');
  res.send(`<!doctype html>
<html lang="${escapeHtml(language)}">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<p><a href="${escapeHtml(address)}">${escapeHtml(goOn)}</a></p>
</html>
`);
}

/**
 * 303 without a body. express-session sends the headers of an answer with a body before it has saved
 * the session, so the browser would ask for the next page too early (C1).
 */
export function redirect(res: Response, address: string): void {
  res.status(303).location(address).end();
}

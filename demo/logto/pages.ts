import type { KoaContextWithOIDC } from 'oidc-provider';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);

/** Logto's pages of one sentence. */
export function messagePage(text: string, link?: { label: string; href: string }): string {
  const way = link ? `<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>` : '';
  return htmlPage(`<main><h1>${escapeHtml(text)}</h1>${way}</main>`);
}

/** Ends the session without asking: the form submits itself, and has a button without JavaScript. */
export function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  const filled = form.replace(
    '</form>',
    '<input type="hidden" name="logout" value="yes"><noscript><button>Sign out</button></noscript></form>',
  );
  ctx.type = 'html';
  ctx.body = htmlPage(`${filled}<script>document.forms[0].submit()</script>`);
}

export function signedOutSource(ctx: KoaContextWithOIDC): void {
  ctx.type = 'html';
  ctx.body = messagePage('You have successfully signed out.');
}

function htmlPage(content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Logto stand-in</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/assets/site.css"></head><body>${content}</body></html>`;
}

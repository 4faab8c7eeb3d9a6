import type { KoaContextWithOIDC } from 'oidc-provider';
import { compileViews } from '../../src/site/view-engine.ts';
import { viewsDirectory } from '../hugging-face/assets.ts';

const render = compileViews(viewsDirectory);
const asset = (file: string) => `/assets/${file}`;

/** Logto's pages of one sentence. */
export function messagePage(text: string, link?: { label: string; href: string }): string {
  return render('logto-message', { text, link: link ?? null, asset });
}

/** Ends the session without asking: the form submits itself, and has a button without JavaScript. */
export function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  const filled = form.replace(
    '</form>',
    '<input type="hidden" name="logout" value="yes"><noscript><button>Sign out</button></noscript></form>',
  );
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Logto stand-in</title>
<meta name="viewport" content="width=device-width"></head><body>${filled}<script>document.forms[0].submit()</script></body></html>`;
}

export function signedOutSource(ctx: KoaContextWithOIDC): void {
  ctx.type = 'html';
  ctx.body = messagePage('You have successfully signed out.');
}

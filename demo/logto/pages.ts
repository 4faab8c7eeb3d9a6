import type { KoaContextWithOIDC } from 'oidc-provider';
import { compileViews } from '../../src/site/view-engine.ts';
import { type Look, viewsDirectory } from '../hugging-face/assets.ts';

const render = compileViews(viewsDirectory);

/** Logto's pages of one sentence. */
export function messagePage(
  look: Look,
  text: string,
  link?: { label: string; href: string },
): string {
  return render('logto-message', { text, link: link ?? null, ...look });
}

/** The only script of the stand-ins. */
export const SUBMIT = 'document.forms[0].submit()';

/** Ends the session without asking: the form submits itself, and has a button without JavaScript. */
export function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  const filled = form.replace(
    '</form>',
    '<input type="hidden" name="logout" value="yes"><noscript><button>Sign out</button></noscript></form>',
  );
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Logto stand-in</title>
<meta name="viewport" content="width=device-width"></head><body>${filled}<script>${SUBMIT}</script></body></html>`;
}

export const signedOutSource =
  (look: Look) =>
  (ctx: KoaContextWithOIDC): void => {
    ctx.type = 'html';
    ctx.body = messagePage(look, 'You have successfully signed out.');
  };

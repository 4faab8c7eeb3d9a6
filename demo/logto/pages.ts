import type { KoaContextWithOIDC } from 'oidc-provider';
import { compileViews } from '../../src/site/view-engine.ts';
import { type PageContext, pageContextOf, viewsDirectory } from '../hugging-face/assets.ts';
import type { Shared } from '../hugging-face/mount.ts';
import { languageOf } from '../languages.ts';

const render = compileViews(viewsDirectory);

/** Logto's pages of one sentence. */
export function messagePage(
  pageContext: PageContext,
  text: string,
  link?: { label: string; href: string },
): string {
  return render(
    'logto-message',
    { text, link: link ?? null, ...pageContext },
    pageContext.language,
  );
}

/** The only script of the stand-ins. */
export const SUBMIT = 'document.forms[0].submit()';

/** Ends the session without asking: the form submits itself, and has a button without JavaScript. */
export function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  const { tag, t } = languageOf(ctx.req, ctx.oidc.params?.ui_locales);
  const filled = form.replace(
    '</form>',
    `<input type="hidden" name="logout" value="yes"><noscript><button>${t.logto.signOut}</button></noscript></form>`,
  );
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="${tag}"><head><meta charset="utf-8"><title>${t.title({ title: t.logto.signOut, service: 'Logto' })}</title>
<meta name="viewport" content="width=device-width"></head><body>${filled}<script>${SUBMIT}</script></body></html>`;
}

/** What the provider shows when nobody asked to be sent back after signing out. */
export const signedOutSource =
  (shared: Shared | undefined) =>
  (ctx: KoaContextWithOIDC): void => {
    const language = languageOf(ctx.req);
    ctx.type = 'html';
    ctx.body = messagePage(pageContextOf(shared, language), language.t.logto.signedOut);
  };

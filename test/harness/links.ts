import type { Browser, Page } from '../demo/browser.ts';
import type { Doorstep } from './doorstep.ts';

/** A sign-in link as an operator would send it, for a token that Logto minted just now. */
export function linkFor(
  { url, logto }: Pick<Doorstep, 'url' | 'logto'>,
  email: string,
  options: { expiresIn?: number; jitOrganizationIds?: string[] } = {},
): string {
  const { token } = logto.oneTimeTokens.mint(email, options);
  const query = new URLSearchParams({ one_time_token: token, login_hint: email });
  return `${url}/sign-in/link?${query}`;
}

/** What the form of a link's page has in its hidden field; '' on any other page. */
export const nonceOn = (page: Page | null): string =>
  /name="nonce" value="([^"]+)"/.exec(page?.body ?? '')?.[1] ?? '';

/** Presses the button of the page that a link led to. */
export const press = (browser: Browser, visit: Parameters<Browser['post']>[2] = {}) =>
  browser.post(browser.page?.url ?? '', { nonce: nonceOn(browser.page) }, visit);

/** The same, and goes as far as no more click is needed. */
export async function pressOn(browser: Browser): Promise<Page> {
  const page = await press(browser);
  // Logto's page that signs the other person out first; with JavaScript it submits itself.
  return page.body.includes('/session/end/confirm') ? browser.submit({}) : page;
}

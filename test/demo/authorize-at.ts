import type { Browser, Page } from './browser.ts';
import { linkTo } from './html.ts';

export interface SignInChoice {
  /** A Hugging Face account of demo/accounts.ts, or any Logto username. */
  as: string;
  via: 'huggingface' | 'username';
}

const maxPages = 6;

/**
 * Walks a whole sign-in at the stand-ins, as a person would click through it.
 *
 * @param authorizationUrl where the app sent the browser
 * @returns the address of the app's callback, not requested yet
 * @throws when a page comes that no click leads on from
 */
export async function authorizeAt(
  browser: Browser,
  authorizationUrl: string,
  choice: SignInChoice,
): Promise<string> {
  const until = new URL(authorizationUrl).searchParams.get('redirect_uri');
  if (!until) throw new Error('The authorization URL has no redirect_uri');
  let page = await browser.get(authorizationUrl, { until });
  for (let pages = 0; pages < maxPages && !page.stoppedAt; pages += 1) {
    page = await clickOn(browser, page, choice, until);
  }
  if (page.stoppedAt) return page.stoppedAt;
  throw new Error(`The sign-in goes round in circles, at last ${page.url}`);
}

function clickOn(
  browser: Browser,
  page: Page,
  { as, via }: SignInChoice,
  until: string,
): Promise<Page> {
  const { pathname } = new URL(page.url);
  const follow = (label: string) =>
    browser.get(new URL(linkTo(page.body, label), page.url).href, { until });

  if (pathname === '/oauth/authorize') {
    return browser.submit({ username: as, decision: 'authorize' }, { until });
  }
  // Somebody else than before: a form that submits itself, and Logto's old session ends.
  if (pathname.startsWith('/oidc/auth/')) return browser.submit({}, { until });
  if (pathname !== '/sign-in' && pathname !== '/register') {
    throw new Error(`Stuck at ${page.url} (${page.status}): ${page.body.slice(0, 300)}`);
  }
  if (via === 'huggingface') return follow('Continue with Hugging Face');
  // Unknown on sign-in, taken on register: the other screen is the way.
  if (page.status === 422) return follow(pathname === '/sign-in' ? 'Create account' : 'Sign in');
  return browser.submit({ username: as }, { until });
}

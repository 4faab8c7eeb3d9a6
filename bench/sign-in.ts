import { authorizeAt } from '../test/demo/authorize-at.ts';
import type { Browser } from '../test/demo/browser.ts';
import type { Running } from './contenders.ts';

const ADA = { as: 'ada-l', via: 'huggingface' } as const;

/** The whole way, from the link to the page behind it. @throws when nobody is signed in at the end. */
export async function signIn(browser: Browser, app: Running): Promise<void> {
  const headers = { 'x-forwarded-for': address() };
  const start = await startOf(browser, app, headers);
  const callback = await authorizeAt(browser, start, ADA);
  await browser.get(callback, { headers });
  const home = await browser.get(`${app.url}/`, { headers });
  if (!home.body.includes('Hello, Ada')) {
    throw new Error(`${app.title} signed nobody in: ${home.status} ${home.body.slice(0, 300)}`);
  }
}

/** The cookies that a browser would send to this contender, were Logto on another host. */
export function cookiesFor(browser: Browser): string {
  return browser.cookies
    .all('localhost')
    .filter(({ name }) => !name.startsWith('_'))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

/** The cookies of the contender go, those of Logto stay: the next sign-in is a short one. */
export function forgetApp(browser: Browser): void {
  const url = new URL('http://localhost/');
  const gone = browser.cookies.all('localhost').filter(({ name }) => !name.startsWith('_'));
  browser.cookies.store(
    url,
    gone.map(({ name, path }) => `${name}=; Path=${path}; Max-Age=0`),
  );
}

/** @returns the address at Logto. Auth.js begins with a form and its token, all others with a link. */
async function startOf(
  browser: Browser,
  app: Running,
  headers: Record<string, string>,
): Promise<string> {
  const path = app.signInPath ?? '/';
  if (app.name === 'authjs') {
    const { body } = await browser.get(`${app.url}/auth/csrf`, { headers });
    const { csrfToken }: { csrfToken: string } = JSON.parse(body);
    const form = { csrfToken, callbackUrl: `${app.url}/` };
    const answer = await browser.post(app.url + path, form, { headers, follow: false });
    return answer.headers.get('location') ?? '';
  }
  const answer = await browser.get(app.url + path, { headers, follow: false });
  return answer.headers.get('location') ?? '';
}

let addresses = 0;
/** Another one each time: a limit on one address is not what is measured. */
export function address(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

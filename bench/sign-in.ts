import { authorizeAt } from '../test/demo/authorize-at.ts';
import type { Browser } from '../test/demo/browser.ts';
import type { Running } from './world.ts';

const ADA = { as: 'ada-l', via: 'huggingface' } as const;

/** The whole way, from the link to the page behind it. @throws when nobody is signed in at the end. */
export async function signIn(browser: Browser, app: Running): Promise<void> {
  const headers = { 'x-forwarded-for': address() };
  const start = app.url + (app.signInPath ?? '/');
  const answer = await browser.get(start, { headers, follow: false });
  const callback = await authorizeAt(browser, answer.headers.get('location') ?? '', ADA);
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

let addresses = 0;
/** Another one each time: a limit on one address is not what is measured. */
export function address(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

import { request } from 'node:http';
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { firstForm } from './html.ts';

export interface Page {
  /** Where the browser ended up, after redirects. */
  url: string;
  status: number;
  headers: Headers;
  body: string;
  /** Set when `until` stopped a redirect: the address that was not requested. */
  stoppedAt: string | null;
}

interface Visit {
  /** Replace the browser's own headers; `undefined` leaves one out. */
  headers?: Record<string, string | undefined>;
  /** false: a redirect is the answer. Default true. */
  follow?: boolean;
  /** Stops before the first redirect to an address that begins so. */
  until?: string;
}

/** A browser without a screen: cookies, redirects, navigation headers; no JavaScript. */
export interface Browser {
  get(url: string, visit?: Visit): Promise<Page>;
  post(url: string, form: Record<string, string>, visit?: Visit): Promise<Page>;
  /** Sends the first form of the current page: its hidden inputs, with `fields` over them. */
  submit(fields?: Record<string, string>, visit?: Visit): Promise<Page>;
  /** Every hop, redirects included, oldest first. */
  history: { status: number; url: string }[];
  /** What is on the screen; null before the first visit. */
  page: Page | null;
  cookies: CookieJar;
}

interface Exchange {
  method: string;
  url: URL;
  body: string | null;
  headers: Record<string, string | undefined>;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 20;

export function createBrowser(): Browser {
  const cookies = createCookieJar();
  const history: Browser['history'] = [];

  const navigate = async (first: Exchange, { follow = true, until }: Visit): Promise<Page> => {
    const from = browser.page && new URL(browser.page.url);
    let exchange = first;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const answer = await send(exchange, from, cookies);
      history.push({ status: answer.status, url: exchange.url.href });
      cookies.store(exchange.url, answer.headers.getSetCookie());
      const location = redirects.has(answer.status) ? answer.headers.get('location') : null;
      const next = location === null ? null : new URL(location, exchange.url);
      const stop = next !== null && until !== undefined && next.href.startsWith(until);
      if (!next || !follow || stop) {
        browser.page = { ...answer, url: exchange.url.href, stoppedAt: stop ? next.href : null };
        return browser.page;
      }
      // As browsers do: only 307 and 308 send a form again.
      const again = answer.status === 307 || answer.status === 308;
      exchange = again
        ? { ...exchange, url: next }
        : { method: 'GET', url: next, body: null, headers: exchange.headers };
    }
    throw new Error(`More than ${maxRedirects} redirects, the last to ${exchange.url.href}`);
  };

  const browser: Browser = {
    history,
    cookies,
    page: null,
    get: (url, visit = {}) =>
      navigate(
        { method: 'GET', url: new URL(url), body: null, headers: visit.headers ?? {} },
        visit,
      ),
    post: (url, form, visit = {}) => {
      const body = new URLSearchParams(form).toString();
      return navigate(
        { method: 'POST', url: new URL(url), body, headers: visit.headers ?? {} },
        visit,
      );
    },
    submit: (fields = {}, visit = {}) => {
      if (!browser.page) throw new Error('There is no page to submit');
      const form = firstForm(browser.page.body);
      return browser.post(
        new URL(form.action, browser.page.url).href,
        { ...form.hidden, ...fields },
        visit,
      );
    },
  };
  return browser;
}

/** node:http and not fetch: that one marks every request as `Sec-Fetch-Mode: cors`. */
function send(
  { method, url, body, headers }: Exchange,
  from: URL | null,
  cookies: CookieJar,
): Promise<{ status: number; headers: Headers; body: string }> {
  const sent: Record<string, string | undefined> = {
    accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    'sec-fetch-site': fetchSite(from, url),
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-user': '?1',
    cookie: cookies.header(url) || undefined,
    ...(body === null
      ? {}
      : {
          'content-type': 'application/x-www-form-urlencoded',
          origin: (from ?? url).origin,
        }),
    ...headers,
  };
  const present = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );

  return new Promise((resolve, reject) => {
    // A connection of its own: a kept one would break when a test restarts the server.
    const outgoing = request(url, { method, agent: false, headers: Object.fromEntries(present) });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      try {
        const received = new Headers();
        for (const [name, values] of Object.entries(incoming.headersDistinct)) {
          for (const value of values ?? []) received.append(name, value);
        }
        const chunks = await incoming.toArray();
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: received, body: text });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(body ?? undefined);
  });
}

/** Fetch Metadata: another port is another origin of the same site. */
function fetchSite(from: URL | null, to: URL): string {
  if (!from) return 'none';
  if (from.origin === to.origin) return 'same-origin';
  return from.hostname === to.hostname ? 'same-site' : 'cross-site';
}

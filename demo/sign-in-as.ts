import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { request as requestTls } from 'node:https';

const MAX_HOPS = 30;

/** Where a sign-in has ended. */
export interface SignedIn {
  /** For the header `Cookie` of the next requests to the app. */
  cookie: string;
  /** The last page: a 200, or what the app answers to somebody whom it does not let in. */
  status: number;
  url: string;
}

/** Cookies by origin, then by name. */
type Cookies = Map<string, Map<string, string>>;

/**
 * Walks through a sign-in as a browser without a screen, from a page of the app to the page that comes
 * after it. It has no session anywhere before.
 *
 * @throws {Error} when nothing answers, or the way has no end.
 */
export async function signInAs(
  username: string,
  start: URL,
  at: { logto: string; huggingFace: string },
): Promise<SignedIn> {
  const cookies: Cookies = new Map();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const { status, location } = await visit(url, form, cookies);
    const { origin, pathname, search } = url;
    form = undefined;
    if (location !== undefined) {
      url = new URL(location, url);
    } else if (origin === at.huggingFace && pathname === '/oauth/authorize') {
      form = new URLSearchParams(search);
      form.set('username', username);
      form.set('decision', 'authorize');
      url = new URL(pathname, url);
    } else if (origin === at.logto && /^\/(sign-in|register)$/.test(pathname)) {
      url = new URL(`/direct/social/huggingface${search}`, url);
    } else {
      const cookie = cookieHeader(cookies.get(start.origin));
      return { cookie, status, url: url.href };
    }
  }
  throw new Error(`The sign-in has no end after ${MAX_HOPS} redirects, the last to ${url.origin}`);
}

/** Not by fetch, which marks each request as `Sec-Fetch-Mode: cors`: no app takes that for a click. */
async function visit(url: URL, form: URLSearchParams | undefined, cookies: Cookies) {
  const jar = cookies.get(url.origin) ?? new Map<string, string>();
  cookies.set(url.origin, jar);
  const headers = {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...(jar.size > 0 && { cookie: cookieHeader(jar) }),
    ...(form && { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin }),
  };
  const send = url.protocol === 'https:' ? requestTls : request;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection of its own, so that nothing stays open between tests.
    send(url, { method: form ? 'POST' : 'GET', headers, agent: false })
      .on('response', resolve)
      .on('error', (cause) =>
        reject(new Error(`Nothing answers at ${url.origin}: is the app listening?`, { cause })),
      )
      .end(form?.toString());
  });
  answer.resume();
  store(answer.headers, jar);
  const { statusCode: status = 0 } = answer;
  const { location } = answer.headers;
  return { status, location: status >= 300 && status < 400 ? location : undefined };
}

function store({ 'set-cookie': lines = [] }: IncomingHttpHeaders, jar: Map<string, string>): void {
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    const expires = Date.parse(/;\s*expires=([^;]+)/i.exec(line)?.[1] ?? '');
    if (/;\s*max-age=0/i.test(line) || expires <= Date.now()) jar.delete(name);
    else jar.set(name, value);
  }
}

const cookieHeader = (jar: Map<string, string> = new Map()): string =>
  [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

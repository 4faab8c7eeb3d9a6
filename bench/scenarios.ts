import type { Running } from './contenders.ts';
import { address } from './sign-in.ts';

/** What a contender is asked for, again and again. */
export interface Scenario {
  name: string;
  title: string;
  connections: number;
  /** The floor has no sign-in. */
  onFloor: boolean;
  request(app: Running, visitor: Visitor): () => string;
  status(app: Running): number;
}

/** What a browser holds of one contender. */
export interface Visitor {
  /** Of somebody who is signed in. */
  cookies: string;
  /** For Auth.js: a sign-in begins with a form that needs this. */
  form: { cookies: string; body: string } | null;
}

const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language: en-GB,en;q=0.9',
  'Accept-Encoding: gzip, deflate, br',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
].join('\r\n');

function get(app: Running, path: string, cookies = ''): () => string {
  const cookie = cookies ? `Cookie: ${cookies}\r\n` : '';
  const head = `GET ${path} HTTP/1.1\r\nHost: localhost:${app.port}\r\n${BROWSER}\r\n${cookie}`;
  return () => `${head}X-Forwarded-For: ${address()}\r\n\r\n`;
}

function post(app: Running, path: string, { cookies, body }: { cookies: string; body: string }) {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost:${app.port}\r\n${BROWSER}\r\n`;
  const type = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}`;
  return () =>
    `${head}Cookie: ${cookies}\r\nX-Forwarded-For: ${address()}\r\n${type}\r\n\r\n${body}`;
}

const redirect = (app: Running) => (['floor', 'doorstep'].includes(app.name) ? 303 : 302);

export const homeSignedIn: Scenario = {
  name: 'home-in',
  title: 'home, signed in',
  connections: 16,
  onFloor: true,
  request: (app, { cookies }) => get(app, '/', cookies),
  status: () => 200,
};

export const scenarios: Scenario[] = [
  homeSignedIn,
  { ...homeSignedIn, name: 'home-in-64', title: 'the same, 64 connections', connections: 64 },
  {
    name: 'home-out',
    title: 'home, signed out',
    connections: 16,
    onFloor: true,
    request: (app) => get(app, '/'),
    status: () => 200,
  },
  {
    name: 'protected-out',
    title: 'protected page, signed out',
    connections: 16,
    onFloor: true,
    request: (app) => get(app, '/account'),
    status: redirect,
  },
  {
    name: 'start',
    title: 'starting a sign-in',
    connections: 16,
    onFloor: false,
    request: (app, { form }) => {
      const path = app.signInPath ?? '/';
      return form ? post(app, path, form) : get(app, path);
    },
    status: redirect,
  },
];

/** Not a load: one browser after the other walks the whole way. */
export const WHOLE_SIGN_IN = { name: 'sign-in', title: 'a whole sign-in' };

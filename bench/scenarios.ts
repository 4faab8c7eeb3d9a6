import type { Contender, Kind } from './contenders.ts';
import { address } from './sign-in.ts';
import type { Running } from './world.ts';

/** What a contender is asked for, again and again. */
export interface Scenario {
  name: string;
  title: string;
  connections: number;
  /** The kinds of contenders that are measured so. */
  kinds: Kind[];
  /** Requests are sent at one rate for all. */
  openLoop: boolean;
  request(app: Running, visitor: Visitor): () => string;
  status(app: Running): number;
}

/** What a browser holds of one contender, of somebody who is signed in. */
export interface Visitor {
  cookies: string;
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

export const homeSignedIn: Scenario = {
  name: 'home-in',
  title: 'home, signed in',
  connections: 16,
  kinds: ['bound', 'own', 'revocable', 'cookie'],
  openLoop: false,
  request: (app, { cookies }) => get(app, '/', cookies),
  status: () => 200,
};

export const scenarios: Scenario[] = [
  homeSignedIn,
  {
    ...homeSignedIn,
    name: 'home-in-64',
    title: 'the same, 64 connections',
    connections: 64,
    kinds: ['bound', 'own', 'revocable'],
  },
  {
    ...homeSignedIn,
    name: 'home-in-open',
    title: 'the same, at one rate',
    kinds: ['bound', 'own', 'revocable'],
    openLoop: true,
  },
  {
    ...homeSignedIn,
    name: 'home-out',
    title: 'home, signed out',
    request: (app) => get(app, '/'),
  },
  {
    ...homeSignedIn,
    name: 'start',
    title: 'starting a sign-in',
    kinds: ['own', 'revocable', 'cookie'],
    request: (app) => get(app, app.signInPath ?? '/'),
    status: ({ kind }) => (kind === 'own' ? 303 : 302),
  },
];

/** Not a load: one browser after the other walks the whole way. */
export const WHOLE_SIGN_IN = {
  name: 'sign-in',
  title: 'a whole sign-in',
  kinds: ['own', 'revocable', 'cookie', 'verifying'] satisfies Kind[],
} as const;

export const columns = [...scenarios, WHOLE_SIGN_IN];

/** Whether a contender is measured in that way. */
export function takesPart({ kind }: Contender, scenario: { kinds: readonly Kind[] }): boolean {
  return scenario.kinds.includes(kind);
}

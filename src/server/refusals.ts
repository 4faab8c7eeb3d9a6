import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';

/** Why the server ended a request, or a whole connection, before the app saw it. */
export const REFUSALS = [
  'headers_too_large',
  'malformed',
  'too_slow',
  'host_missing',
  'no_path',
  'expectation',
  'connect',
  'overloaded',
  'pipelined',
  'not_read',
  'connections',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Those that are answered; the others have no reader. */
export type Answered = Exclude<Refusal, 'pipelined' | 'not_read' | 'connections'>;

interface Copy {
  status: number;
  title: string;
  happened: string;
  todo: string;
}

const COPY: Record<Answered, Copy> = {
  headers_too_large: {
    status: 431,
    title: 'Your browser sent more than we can read',
    happened: 'The cookies of this site, or the address, have grown too long.',
    todo: 'Delete the cookies of this site in your browser, then try again. You may have to sign in again.',
  },
  malformed: {
    status: 400,
    title: 'We couldn’t read that request',
    happened: 'What arrived here was not a complete request.',
    todo: 'Start again from the home page.',
  },
  too_slow: {
    status: 408,
    title: 'That took too long',
    happened: 'The request did not arrive in time, so we stopped waiting for the rest.',
    todo: 'Check your connection, then try again.',
  },
  host_missing: {
    status: 400,
    title: 'We couldn’t read that request',
    happened: 'It did not say, or said twice, which site it is for (Host).',
    todo: 'Start again from the home page.',
  },
  no_path: {
    status: 400,
    title: 'We couldn’t read that request',
    happened: 'It asked for no path of this site, as if this were a proxy.',
    todo: 'Start again from the home page.',
  },
  expectation: {
    status: 417,
    title: 'We couldn’t do what that request expects',
    happened: 'It expects something of this server (Expect) that the server doesn’t know.',
    todo: 'Start again from the home page.',
  },
  connect: {
    status: 405,
    title: 'This site is no proxy',
    happened: 'The request asked for a connection to somewhere else (CONNECT).',
    todo: 'Start again from the home page.',
  },
  overloaded: {
    status: 503,
    title: 'We have more to do than we can right now',
    happened: 'Too many requests wait for an answer. You have not been signed out.',
    todo: 'Wait a minute, then try again.',
  },
};

/** What Node's parser found; any other code of a connection's error means that its client has gone. */
export function refusalOf(code: string): Answered | null {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too_slow';
  return code.startsWith('HPE_') ? 'malformed' : null;
}

export interface PlainAnswer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

/** A short page without a template, the last answer on its connection. */
export function refusalPage(
  refusal: Answered,
  requestId: string,
  headers: OutgoingHttpHeaders,
): PlainAnswer {
  const { status, title, happened, todo } = COPY[refusal];
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>${happened}</p>
<p>${todo}</p>
<p><a href="/">Go to the home page</a></p>
<p><small>Request ID ${requestId}. Quote it if you ask for help.</small></p>
</html>
`;
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
      ...(status === 405 && { allow: 'GET, HEAD, POST' }),
      ...(status === 503 && { 'retry-after': '60' }),
    },
    body,
  };
}

/** For a connection on which Node can make no answer any more. */
export function onTheWire({ status, headers, body }: PlainAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

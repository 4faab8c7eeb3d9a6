import { LogtoRefused, LogtoUnavailable } from '../errors.ts';

type Fetch = typeof fetch;

export interface RequesterOptions {
  fetch: Fetch;
  appId: string;
  appSecret: string;
  timeoutMs: number;
}

/** As the SDK calls it: the parsed answer, or an error that says whose fault it was. */
export type Requester = <Answer>(...args: Parameters<Fetch>) => Promise<Answer>;

/**
 * Calls to Logto with client_secret_basic and a time limit. The SDK's own requester has no timeout
 * and prints the bodies of errors.
 *
 * @throws {LogtoRefused} for an OAuth error (RFC 6749 section 5.2).
 * @throws {LogtoUnavailable} when there is no answer, a late one, a 5xx, or one that is no JSON.
 */
export function createRequester({
  fetch,
  appId,
  appSecret,
  timeoutMs,
}: RequesterOptions): Requester {
  const credentials = Buffer.from(`${encode(appId)}:${encode(appSecret)}`).toString('base64');
  return async <Answer>(...[input, init]: Parameters<Fetch>): Promise<Answer> => {
    const headers = new Headers(init?.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Basic ${credentials}`);
    const { status, body } = await request(fetch, input, {
      ...init,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (status >= 500) throw new LogtoUnavailable(`Logto answered ${status}`);
    if (status >= 400) throw new LogtoRefused(status, errorCode(body));
    return parse(body);
  };
}

async function request(fetch: Fetch, ...[input, init]: Parameters<Fetch>) {
  try {
    const response = await fetch(input, init);
    return { status: response.status, body: await response.text() };
  } catch (cause) {
    throw new LogtoUnavailable('Logto could not be reached in time', { cause });
  }
}

// Revocation answers 200 with an empty body (RFC 7009 section 2.2).
function parse<Answer>(body: string): Answer {
  try {
    const answer = JSON.parse(body === '' ? '{}' : body);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // Not even as a cause: the message of JSON.parse quotes what it read.
  }
  throw new LogtoUnavailable('Logto answered with something that is no JSON object');
}

/** `error` of RFC 6749, else Logto's own `code`; never free text, which could hold anything. */
function errorCode(body: string): string {
  try {
    const { error, code } = JSON.parse(body);
    const name = typeof error === 'string' ? error : code;
    return typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) ? name : 'unknown_error';
  } catch {
    return 'unknown_error';
  }
}

// RFC 6749 section 2.3.1: the two are form-encoded before they are joined.
const encode = (value: string): string => encodeURIComponent(value);

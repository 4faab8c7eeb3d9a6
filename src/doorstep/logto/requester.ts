import { LogtoRefused, LogtoUnavailable } from '../errors.ts';

type Fetch = typeof fetch;

/**
 * One call to Logto. @returns the body of its answer.
 *
 * @throws {LogtoRefused} for an OAuth error (RFC 6749 section 5.2).
 * @throws {LogtoUnavailable} when there is no answer, a late one, a 5xx, 408, 425 or 429.
 */
export type Request = (
  input: Parameters<Fetch>[0],
  init: RequestInit,
  timeoutMs: number,
) => Promise<string>;

/** Calls to Logto with a time limit, and errors that say whose fault it was. */
export function createRequest(fetch: Fetch): Request {
  return async (input, init, timeoutMs) => {
    const { response, body } = await send(fetch, input, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers } = response;
    if (status >= 500 || NO_ANSWERS.has(status)) {
      const retryAfterSeconds = retryAfter(headers.get('retry-after'));
      throw new LogtoUnavailable(`Logto answered ${status}`, {
        retryAfterSeconds,
        httpStatus: status,
      });
    }
    if (status >= 400) throw new LogtoRefused(status, errorCode(body), knownDescription(body));
    return body;
  };
}

/**
 * Too late, too early, too many: no answer to what was asked, and nobody's fault here (RFC 9110 section
 * 15.5.9, RFC 8470 section 5.2, RFC 6585 section 4).
 */
const NO_ANSWERS = new Set([408, 425, 429]);

/** Adds client_secret_basic; the id and the secret are form-encoded first (RFC 6749 section 2.3.1). */
export function authenticated(request: Request, appId: string, appSecret: string): Request {
  const encoded = [appId, appSecret].map(encodeURIComponent).join(':');
  const credentials = Buffer.from(encoded).toString('base64');
  return (input, init, timeoutMs) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Basic ${credentials}`);
    return request(input, { ...init, headers }, timeoutMs);
  };
}

/** @throws {LogtoUnavailable} for something that is no JSON object. */
export function parseAnswer<Answer>(body: string): Answer {
  try {
    // Revocation answers 200 with an empty body (RFC 7009 section 2.2).
    const answer = JSON.parse(body === '' ? '{}' : body);
    if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
  } catch {
    // Not even as a cause: the message of JSON.parse quotes what it read.
  }
  throw new LogtoUnavailable('Logto answered with something that is no JSON object');
}

async function send(fetch: Fetch, ...[input, init]: Parameters<Fetch>) {
  try {
    const response = await fetch(input, init);
    return { response, body: await response.text() };
  } catch (cause) {
    throw new LogtoUnavailable('Logto could not be reached in time', { cause });
  }
}

const MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60;

/** RFC 9110 section 10.2.3: seconds, or a date. @returns seconds, a day at most; null: none, or unreadable. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const isDate = /^[A-Z][a-z]+, .+ GMT$/.test(header);
  if (!isDate && !/^\d+$/.test(header)) return null;
  const seconds = isDate ? Math.ceil((Date.parse(header) - Date.now()) / 1000) : Number(header);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS);
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

/** What an operator can act on: `invalid_request` alone would not say it. */
const KNOWN_DESCRIPTIONS = ['client secret has expired'];

function knownDescription(body: string): string | undefined {
  return KNOWN_DESCRIPTIONS.find((known) => body.includes(`"${known}"`));
}

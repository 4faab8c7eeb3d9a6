import { NotYet, SetupError } from '../errors.ts';

const CALL_MS = 15_000;
const TRIES = 5;
/** Longer than this, nobody should sit and wait. */
const LONGEST_WAIT_MS = 60_000;

export interface Waiting {
  fetch: (request: Request, init?: RequestInit) => Promise<Response>;
  sleep(ms: number): Promise<void>;
  now(): number;
  /** Called before each wait, in milliseconds. */
  onWait(ms: number): void;
}

export type PatientFetch = (request: Request) => Promise<Response>;

/**
 * A fetch with a time limit that waits when Logto is busy: 429 and 503, as long as Retry-After says
 * (RFC 9110 section 10.2.3), at most 60 s and four times. A lost connection is not tried again:
 * the call may have arrived, and Logto makes a second application of the same name without a word.
 *
 * @throws {NotYet} when Logto is unreachable.
 * @throws {SetupError} when it wants a longer wait, or has no certificate that can be trusted.
 */
export function createPatientFetch({ fetch, sleep, now, onWait }: Waiting): PatientFetch {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const response = await once(fetch, request);
      const wait = waitOf(request, response, attempt, now());
      if (wait === null || attempt === TRIES) return response;
      if (wait > LONGEST_WAIT_MS) {
        const minutes = Math.ceil(wait / 60_000);
        throw new SetupError(
          `Logto is busy and asks to come back in ${minutes} minutes: run the same command again then.`,
        );
      }
      await response.body?.cancel();
      onWait(wait);
      await sleep(wait);
    }
  };
}

async function once(fetch: Waiting['fetch'], request: Request): Promise<Response> {
  try {
    return await fetch(request.clone(), { signal: AbortSignal.timeout(CALL_MS) });
  } catch (error) {
    throw unreachable(new URL(request.url).origin, error);
  }
}

/** How long to wait before trying again, or null when this is the answer. */
function waitOf(request: Request, response: Response, attempt: number, now: number): number | null {
  if (response.status !== 429 && response.status !== 503) return null;
  const asked = retryAfterMs(response.headers.get('retry-after'), now);
  if (asked !== null) return asked;
  // Without Retry-After a 503 may come from a proxy that has passed a write on already.
  const isSafe = response.status === 429 || request.method === 'GET';
  return isSafe ? 1000 * 2 ** (attempt - 1) : null;
}

function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}

function unreachable(origin: string, error: unknown): SetupError {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new NotYet(
      `${origin} gave no answer within ${CALL_MS / 1000} seconds: check that Logto is well, and run the same command again.`,
    );
  }
  if (code === 'ECONNREFUSED') {
    return new NotYet(`Nothing answers at ${origin}: start Logto, or correct its address.`);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new NotYet(`There is no host of the name in ${origin}: correct the address.`);
  }
  if (/CERT|SSL|TLS|SIGNATURE/.test(code)) {
    return new SetupError(
      `${origin} has a certificate that can't be trusted (${code}): repair it, or name its authority in NODE_EXTRA_CA_CERTS.`,
    );
  }
  return new NotYet(
    `The connection to ${origin} broke${code ? ` (${code})` : ''}: run the same command again.`,
  );
}

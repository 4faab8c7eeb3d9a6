import { z } from 'zod';
import type { World } from './world.ts';

export interface Answer {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

/** `nobody`: nothing there. `late`: no answer in time. `tls`: the connection can't be trusted. */
type Trouble = 'nobody' | 'late' | 'tls' | 'broken';

/** A call that brought no answer, as one sentence and what to do. */
export class NoAnswer extends Error {
  readonly trouble: Trouble;
  readonly next: string;

  constructor(trouble: Trouble, message: string, next: string) {
    super(message);
    this.name = 'NoAnswer';
    this.trouble = trouble;
    this.next = next;
  }
}

/**
 * One call with a time limit that covers the body too. Redirects are not followed: where they lead
 * is what the checks want to know.
 *
 * @throws {NoAnswer}
 */
export async function ask(
  world: World,
  url: string | URL,
  init: RequestInit = {},
): Promise<Answer> {
  return answerOf(boundedFetch(world)(url, { ...init, redirect: 'manual' }), url, world);
}

/**
 * Opens an address as a person does.
 *
 * @throws {NoAnswer}
 */
export async function visit(world: World, url: string): Promise<Answer> {
  return answerOf(world.navigate(url, limitOf(world)), url, world);
}

async function answerOf(call: Promise<Response>, url: string | URL, world: World): Promise<Answer> {
  try {
    const response = await call;
    const { status, headers } = response;
    return { url: String(url), status, headers, body: await response.text() };
  } catch (thrown) {
    throw noAnswer(new URL(url), thrown, world);
  }
}

const limitOf = (world: World): AbortSignal =>
  AbortSignal.any([AbortSignal.timeout(world.timeoutMs), world.deadline]);

/** fetch that ends in time, whoever calls it. */
export const boundedFetch =
  (world: World): typeof fetch =>
  (input, init) => {
    const limit = limitOf(world);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    return world.fetch(input, { ...init, signal });
  };

/** @returns null when the body is no JSON of that form. */
export function parseAs<T>(schema: z.ZodType<T>, { body }: Answer): T | null {
  try {
    return schema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}

const oauthError = z.object({ error: z.string().optional(), code: z.string().optional() });

/** The error's name (RFC 6749 section 5.2, or Logto's own `code`), never its text, which could hold anything. */
export function errorCodeOf(answer: Answer): string {
  const found = parseAs(oauthError, answer);
  const name = found?.error ?? found?.code ?? '';
  return /^[\w.-]{1,64}$/.test(name) ? name : '';
}

/** For an answer that nobody expected: `404`, `400 invalid_request`. */
export const statusOf = (answer: Answer): string =>
  `${answer.status} ${errorCodeOf(answer)}`.trim();

function noAnswer({ origin, hostname, host }: URL, thrown: unknown, world: World): NoAnswer {
  if (thrown instanceof Error && /^(Timeout|Abort)Error$/.test(thrown.name)) {
    const text = `no answer from ${host} within ${world.timeoutMs / 1000} s`;
    return new NoAnswer('late', text, 'Look for a firewall, or a server that is overloaded.');
  }
  const code = codeOf(thrown);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const next = 'Correct the address, or the name service of this machine.';
    return new NoAnswer('nobody', `there is no host ${hostname}`, next);
  }
  if (code === 'ECONNREFUSED') {
    return new NoAnswer(
      'nobody',
      `nothing listens at ${host}`,
      'Start it, or correct the address.',
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(code)) {
    const next = 'Renew it; for a certificate authority of your own set NODE_EXTRA_CA_CERTS.';
    return new NoAnswer('tls', `the certificate of ${host} is not valid (${code})`, next);
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return new NoAnswer(
      'tls',
      `${host} does not speak https`,
      'Correct the address, or its proxy.',
    );
  }
  const text = `the connection to ${origin} broke off${code && ` (${code})`}`;
  return new NoAnswer('broken', text, 'Try again; if it stays so, look into the log over there.');
}

/** Node's fetch wraps the cause, and a try at both IPv4 and IPv6 wraps it once more. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return codeOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown.cause);
}

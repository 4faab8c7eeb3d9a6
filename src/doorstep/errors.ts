import type { Challenge, Denial } from './denial.ts';

/** Why a sign-in can't be finished. */
export const SIGN_IN_FAILURES = [
  // No pending sign-in answers to this state: too old, another browser, or already finished.
  'sign_in_not_found',
  'callback_malformed',
  // RFC 9207 wants `iss` in every callback of a Logto: something on the way has cut it off.
  'issuer_missing',
  'issuer_mismatch',
  // The person said no, or Logto won't let them.
  'denied',
  // Any other OAuth error that came back to the callback, e.g. invalid_target.
  'refused_by_logto',
  'code_refused',
  'id_token_invalid',
  // Logto ended this person's sessions while the sign-in was under way.
  'signed_out_meanwhile',
] as const;
export type SignInFailure = (typeof SIGN_IN_FAILURES)[number];

/** Why there is no token for Hugging Face: connecting it again helps with each. */
export const HUGGING_FACE_FAILURES = [
  // Logto keeps none: no identity there, or signed in by Logto's own session, or from before.
  'hugging_face_not_connected',
  'hugging_face_expired',
  // This sign-in at Logto has no scope `identities`.
  'hugging_face_scope_missing',
  // Hugging Face itself no longer takes the token: the person took the permission back.
  'hugging_face_refused',
] as const;
export type HuggingFaceFailure = (typeof HUGGING_FACE_FAILURES)[number];

/** Every reason that an error page, a problem JSON or a log line may name. */
export const REASONS = [
  ...SIGN_IN_FAILURES,
  ...HUGGING_FACE_FAILURES,
  'hugging_face_unavailable',
  'hugging_face_misconfigured',
  'sign_in_denied',
  'logto_unavailable',
  'logto_wrong_issuer',
  'logto_refused',
  'session_ended',
  'unauthorized',
  'forbidden',
  'invalid_input',
  'session_store_unavailable',
  'bad_input',
  'sign_in_link_not_open',
  'not_a_navigation',
  'method_not_allowed',
  'cross_site_request',
  'insecure_request',
  'unexpected_host',
  'invalid_logout_token',
  'invalid_webhook',
  'too_many_requests',
  // An error of other code than ours that carries a 4xx status.
  'http_error',
  'misuse',
  'unexpected',
  'not_found',
] as const;
export type Reason = (typeof REASONS)[number];

/**
 * Errors by cause. Each knows its HTTP status and a stable `reason`, which goes into the log line and
 * onto the page; the copy that people read lives in site/error-copy.ts. Messages are for the log: they
 * never hold a token, a code, a cookie or a secret.
 */
export abstract class AppError extends Error {
  abstract readonly status: number;
  abstract readonly reason: Reason;
  /** For the answer; Express's own error handler honours them too. */
  get headers(): Record<string, string> {
    return {};
  }

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A sign-in that can't be finished. `returnTo` keeps the way back for "Start again". */
export class SignInFailed extends AppError {
  readonly status = 400;
  readonly reason: SignInFailure;
  /** Where the person wanted to go, once the callback knows it. */
  returnTo = '/';

  constructor(reason: SignInFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The app’s `onSignIn`, or HF_ALLOWED_ORGANIZATIONS, denied this person. */
export class SignInDenied extends AppError {
  readonly status = 403;
  readonly reason = 'sign_in_denied';
  /** Why, in words for the person. */
  readonly shown: string;

  /** @param shown Why, in words for the person: it is on the page, and in the log. */
  constructor(shown: string) {
    super(shown);
    this.shown = shown;
  }
}

/** Somebody who is no member of any of HF_ALLOWED_ORGANIZATIONS, or not yet a whole one. */
export class MembersOnlyDenial extends SignInDenied {
  /** As HF_ALLOWED_ORGANIZATIONS has them. */
  readonly organizations: string;
  /** "@ada-l", where it is one. */
  readonly account: string | null;
  /** A member that has not done what the organization wants: single sign-on, or a second factor. */
  readonly isPending: boolean;

  constructor(denial: Pick<MembersOnlyDenial, 'organizations' | 'account' | 'isPending'>) {
    super('Only members of certain organizations at Hugging Face may sign in');
    this.organizations = denial.organizations;
    this.account = denial.account;
    this.isPending = denial.isPending;
  }
}

/**
 * Anything else that went wrong during a callback. What is in that address can't be used again, or must
 * not be shown, so the way on is a fresh sign-in. A wrapper: requests that wait for Logto together may
 * fail with one error, while each has a way back of its own.
 */
export class SignInInterrupted extends AppError {
  readonly status: number;
  readonly reason: Reason;
  readonly returnTo: string;
  override readonly cause: AppError;

  /** @param returnTo Where the person wanted to go; a path of this site. */
  constructor(cause: AppError, returnTo: string) {
    super(cause.message, { cause });
    this.cause = cause;
    this.status = cause.status;
    this.reason = cause.reason;
    this.returnTo = returnTo;
  }

  override get headers() {
    return this.cause.headers;
  }
}

/** Logto did not give what it was asked for. Where a page can do without, the session stays. */
export abstract class LogtoError extends AppError {}

/**
 * Logto can't be reached, answers too late, with too many requests or with something that is no
 * answer. Nobody is signed out by it.
 */
export class LogtoUnavailable extends LogtoError {
  readonly status = 503;
  readonly reason: 'logto_unavailable' | 'logto_wrong_issuer';
  /** When Logto said to come again (Retry-After), in seconds from then. */
  readonly retryAfterSeconds: number | null;
  /** What it answered, where it did. */
  readonly httpStatus: number | null;

  constructor(
    message: string,
    options?: ErrorOptions & { retryAfterSeconds?: number | null; httpStatus?: number },
    reason: 'logto_unavailable' | 'logto_wrong_issuer' = 'logto_unavailable',
  ) {
    super(message, options);
    this.reason = reason;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null;
    this.httpStatus = options?.httpStatus ?? null;
  }

  override get headers(): Record<string, string> {
    const { retryAfterSeconds: seconds } = this;
    return seconds === null ? {} : { 'Retry-After': String(seconds) };
  }
}

/** There is no token for Hugging Face until the person connects it again. */
export class HuggingFaceNotConnected extends AppError {
  readonly status = 403;
  readonly reason: HuggingFaceFailure;
  /** They just have, and it did not help: asking once more would go round in circles. */
  readonly isRepeated: boolean;

  constructor(reason: HuggingFaceFailure, { isRepeated }: { isRepeated: boolean }) {
    super(
      `There is no token for Hugging Face${isRepeated ? ', though it was just connected' : ''}`,
    );
    this.reason = reason;
    this.isRepeated = isRepeated;
  }
}

/**
 * Hugging Face can't be asked, or gives no token that lives long enough: nobody is signed out by it,
 * and nobody let in.
 */
export class HuggingFaceUnavailable extends AppError {
  readonly status = 503;
  readonly reason = 'hugging_face_unavailable';
  readonly #retryAfterSeconds: number | null;

  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.#retryAfterSeconds = options?.retryAfterSeconds ?? null;
  }

  override get headers(): Record<string, string> {
    const seconds = this.#retryAfterSeconds;
    return seconds === null ? {} : { 'Retry-After': String(seconds) };
  }
}

/** Logto is not set up to hand out tokens for Hugging Face. The message names what is missing. */
export class HuggingFaceMisconfigured extends AppError {
  readonly status = 502;
  readonly reason = 'hugging_face_misconfigured';
}

/** Logto answered with an OAuth error (RFC 6749 section 5.2), e.g. `invalid_grant` or `invalid_client`. */
export class LogtoRefused extends LogtoError {
  readonly status = 502;
  readonly reason = 'logto_refused';
  readonly httpStatus: number;
  readonly code: string;

  /** @param description One of few known texts; never Logto's own free text. */
  constructor(httpStatus: number, code: string, description?: string) {
    super(`Logto answered ${httpStatus} ${code}${description ? ` (${description})` : ''}`);
    this.httpStatus = httpStatus;
    this.code = code;
  }
}

/** Logto no longer confirms this person, so the session is over: sign in again. */
export class SessionEnded extends AppError {
  readonly status = 401;
  readonly reason = 'session_ended';
}

/** The API was asked without a valid access token. */
export class Unauthorized extends AppError {
  readonly status = 401;
  readonly reason = 'unauthorized';
  readonly challenge: Challenge;

  constructor(message: string, challenge: Challenge = {}, options?: ErrorOptions) {
    super(message, options);
    this.challenge = challenge;
  }

  override get headers() {
    return bearerChallenge(this.challenge);
  }
}

/** Signed in, but not allowed to do this. */
export class Forbidden extends AppError {
  readonly status = 403;
  readonly reason = 'forbidden';
  readonly denial: Denial;

  constructor(denial: Denial) {
    super(`It takes the ${denial.missing.kind} ${denial.missing.name}`);
    this.denial = denial;
  }

  override get headers() {
    return this.denial.challenge ? bearerChallenge(this.denial.challenge) : {};
  }
}

/** What was sent can't be taken as it is; by field, what would be right. */
export class InvalidInput extends AppError {
  readonly status: number;
  readonly reason = 'invalid_input';
  readonly fields: Record<string, string>;

  constructor(fields: Record<string, string>, status = 422) {
    super(`Invalid: ${Object.keys(fields).join(', ')}`);
    this.status = status;
    this.fields = fields;
  }
}

/** Redis can't be asked. The person may well be signed in, so this is never "signed out". */
export class SessionStoreUnavailable extends AppError {
  readonly status = 503;
  readonly reason = 'session_store_unavailable';
}

/** A parameter is missing, doubled or of the wrong form; `hint` says what would be right. */
export class BadInput extends AppError {
  readonly status = 400;
  readonly reason = 'bad_input';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * The page of a sign-in link, or its button, while no such link is open: it was opened too long ago or
 * in another browser, it was used, or another one was opened since.
 */
export class SignInLinkNotOpen extends AppError {
  readonly status = 400;
  readonly reason = 'sign_in_link_not_open';
}

/** A sign-in asked for by a prefetch, a frame, an image or a script rather than by a person. */
export class NotANavigation extends AppError {
  readonly status = 400;
  readonly reason = 'not_a_navigation';
}

export class MethodNotAllowed extends AppError {
  readonly status = 405;
  readonly reason = 'method_not_allowed';
  readonly allow: string;

  constructor(method: string, allow: string) {
    super(`${method} is not answered here`);
    this.allow = allow;
  }

  override get headers() {
    return { Allow: this.allow };
  }
}

/** A cookie-authenticated change that didn't come from our own pages. */
export class CrossSiteRequest extends AppError {
  readonly status = 403;
  readonly reason = 'cross_site_request';
}

/** BASE_URL is https, but this request arrived in the clear: the proxy doesn't say X-Forwarded-Proto. */
export class InsecureRequest extends AppError {
  readonly status = 400;
  readonly reason = 'insecure_request';
  /** Who sent it, so that TRUST_PROXY can name it: of the connection, never of a header. */
  readonly sentFrom: string;

  constructor(message: string, sentFrom: string) {
    super(message);
    this.sentFrom = sentFrom;
  }
}

/** BASE_URL is on this machine, but the request names another host: a proxy doesn't pass Host on. */
export class UnexpectedHost extends AppError {
  readonly status = 400;
  readonly reason = 'unexpected_host';
  /** The Host that came, in printable ASCII, 100 characters at most. */
  readonly host: string;
  /** The same page under BASE_URL. */
  readonly address: string;

  constructor(host: string, address: string) {
    const shown = printable(host.slice(0, 100)).slice(0, 100) || '(none)';
    super(
      `A request for the Host ${shown}, which is not that of BASE_URL. Behind a proxy: let it pass Host on (nginx: proxy_set_header Host $http_host), and set BASE_URL to the address that people see`,
    );
    this.host = shown;
    this.address = address;
  }
}

const printable = (text: string): string =>
  text.replace(/[^\x21-\x7e]/g, (other) => `\\x${other.charCodeAt(0).toString(16)}`);

/** Back-Channel Logout 1.0 section 2.8: the answer is 400 with an OAuth error body. */
export class InvalidLogoutToken extends AppError {
  readonly status = 400;
  readonly reason = 'invalid_logout_token';
}

/** A webhook that was not signed by our Logto, or can't be read. The message is what the sender is told. */
export class InvalidWebhook extends AppError {
  readonly status: number;
  readonly reason = 'invalid_webhook';

  constructor(message: string, status = 400, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** More than a person would do in a minute. */
export class TooManyRequests extends AppError {
  readonly status = 429;
  readonly reason = 'too_many_requests';
}

/** An error of other code than ours (http-errors, an app that was built on this) with a 4xx status. */
export class HttpError extends AppError {
  readonly status: number;
  readonly reason = 'http_error';

  /** @param status 400–499; any other becomes 400. */
  constructor(status: number, cause: unknown) {
    super(`An error with the status ${status}`, { cause });
    this.status = status >= 400 && status < 500 ? status : 400;
  }
}

/** Anything nobody thought of. The cause is logged and not shown. */
export class Unexpected extends AppError {
  readonly status: number;
  readonly reason = 'unexpected';

  /** @param status 500–599. */
  constructor(message: string, options?: ErrorOptions, status = 500) {
    super(message, options);
    this.status = status;
  }
}

/** The app's own mistake in how it uses the kit. The message says what to write instead. */
export class Misuse extends AppError {
  readonly status = 500;
  readonly reason = 'misuse';
}

export class NotFound extends AppError {
  readonly status = 404;
  readonly reason = 'not_found';
}

/** RFC 6750 section 3. The values are ours and a setting's: no quote and no backslash in them. */
function bearerChallenge(challenge: Challenge): Record<string, string> {
  const members = Object.entries({ realm: 'api', ...challenge });
  const text = members.map(([name, value]) => `${name}="${value}"`).join(', ');
  return { 'WWW-Authenticate': `Bearer ${text}` };
}

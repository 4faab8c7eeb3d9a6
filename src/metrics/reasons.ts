import type { SignInFailure } from '../doorstep/errors.ts';

/** Why a sign-in can't be finished. The compiler wants all of them. */
const FAILURES: Record<SignInFailure, true> = {
  sign_in_not_found: true,
  callback_malformed: true,
  issuer_mismatch: true,
  denied: true,
  refused_by_logto: true,
  code_refused: true,
  id_token_invalid: true,
  signed_out_meanwhile: true,
};
export const SIGN_IN_FAILURES = Object.keys(FAILURES);

/** What keeps a refresh from succeeding, and a sign-in too. */
export const LOGTO_FAILURES = ['logto_unavailable', 'logto_wrong_issuer', 'logto_refused'];

/** On our side. */
export const OWN_FAILURES = ['session_store_unavailable', 'unexpected'];

/** All that is in errors.ts; a test compares. */
export const REASONS = [
  ...SIGN_IN_FAILURES,
  ...LOGTO_FAILURES,
  ...OWN_FAILURES,
  'session_ended',
  'unauthorized',
  'forbidden',
  'invalid_input',
  'bad_input',
  'not_a_navigation',
  'method_not_allowed',
  'cross_site_request',
  'insecure_request',
  'invalid_logout_token',
  'too_many_requests',
  'not_found',
];

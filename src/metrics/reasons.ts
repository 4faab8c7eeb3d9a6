import { REASONS, type Reason, SIGN_IN_FAILURES } from '../doorstep/index.ts';

export { REASONS, SIGN_IN_FAILURES };

/** What keeps a refresh from succeeding, and a sign-in too. */
export const LOGTO_FAILURES: Reason[] = [
  'logto_unavailable',
  'logto_wrong_issuer',
  'logto_refused',
];

/** On our side. */
export const OWN_FAILURES: Reason[] = ['session_store_unavailable', 'unexpected'];

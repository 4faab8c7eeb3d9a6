/** Callbacks that end no sign-in: the reason that the page, the log and the metrics name, and what is changed. */
export const SIGN_IN_FAILURES: [reason: string, changes: Record<string, string>][] = [
  ['denied', { error: 'access_denied' }],
  ['refused_by_logto', { error: 'invalid_target' }],
  ['code_refused', { code: 'a-code-that-was-never-issued' }],
  ['sign_in_not_found', { state: 'a-state-that-was-never-issued' }],
  ['issuer_mismatch', { iss: 'https://evil.example/oidc' }],
];

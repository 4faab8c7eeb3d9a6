/** client_secret_basic (RFC 6749 section 2.3.1): both are form-encoded before they are joined. */
export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`;

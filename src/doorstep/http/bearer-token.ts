/**
 * What fits into `Authorization: Bearer`, and somewhat more than RFC 6750 section 2.1 has. Anything else
 * is refused before a header is made of it: fetch would quote the whole token in its error.
 */
export const BEARER_TOKEN = /^[\x21-\x7e]+$/;

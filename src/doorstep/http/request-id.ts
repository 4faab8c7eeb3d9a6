import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Without I, L, O and U: nobody mistakes a letter when reading it out (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const ids = new WeakMap<IncomingMessage, string>();

/** "K7M3-Q2XD": names this request on its error page and in its log lines. Made when first asked for. */
export function requestIdOf(req: IncomingMessage): string {
  let id = ids.get(req);
  if (!id) {
    id = newRequestId();
    ids.set(req, id);
  }
  return id;
}

/** For a request that Node could not read. */
export function newRequestId(): string {
  let rest = randomInt(32 ** 8);
  let letters = '';
  for (let count = 0; count < 8; count += 1) {
    letters += ALPHABET[rest % 32];
    rest = Math.floor(rest / 32);
  }
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

/** Of an Accept-Language that is read: 15 kB of it took 0.85 ms. Browsers send about 40. */
const MAX_CHARACTERS = 256;

/** What the browser prefers, best first: at most 256 characters of it, up to the last whole entry. */
export function acceptedLanguages(req: IncomingMessage): string[] {
  return negotiator(req).languages();
}

/** The best of `available` for the browser; undefined when it takes none of them. */
export function acceptedLanguage(req: IncomingMessage, available: string[]): string | undefined {
  return negotiator(req).language(available);
}

function negotiator({ headers }: IncomingMessage): Negotiator {
  const sent = headers['accept-language'];
  const isLong = sent !== undefined && sent.length > MAX_CHARACTERS;
  const read = isLong ? sent.slice(0, Math.max(0, sent.lastIndexOf(',', MAX_CHARACTERS))) : sent;
  return new Negotiator({ headers: { 'accept-language': read } });
}

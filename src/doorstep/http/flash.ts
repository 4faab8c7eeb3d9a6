import type { Request, Response } from 'express';
import type { Sealer } from '../crypto/sealer.ts';
import { type CookieNaming, cookieName } from './cookies.ts';
import { SealedCookie } from './sealed-cookie.ts';

const MAX_AGE_MS = 60_000;
const PURPOSE = 'flash v1';

/** A flash message for the next page, in a sealed cookie: no link and no other site can put one there. */
export class FlashMessages {
  readonly #cookie: SealedCookie;
  readonly #name: string;

  constructor({ sealer, ...naming }: { sealer: Sealer } & CookieNaming) {
    const { secure } = naming;
    this.#cookie = new SealedCookie({ sealer, secure, purpose: PURPOSE, maxAgeMs: MAX_AGE_MS });
    this.#name = cookieName('-flash', naming);
  }

  set(res: Response, text: string): void {
    this.#cookie.set(res, this.#name, text);
  }

  /** Reads the message and takes it away: it is shown once. */
  take(req: Request, res: Response): string | null {
    // Nearly every page has none: then the cookies need not be taken apart.
    if (!req.headers.cookie?.includes(this.#name)) return null;
    const text = this.#cookie.get(req, this.#name);
    this.#cookie.clear(res, this.#name);
    return text;
  }
}

import type { Request, Response } from 'express';
import type { Config } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { cookieAttributes } from '../session/session.ts';
import { cookiesOf } from './cookies.ts';

const LIFE = 60_000;
const PURPOSE = 'notice v1';

/** A line of news for the next page, in a sealed cookie: no link and no other site can put one there. */
export class Notices {
  readonly #config: Config;
  readonly #sealer: Sealer;
  readonly #name: string;

  constructor(config: Config, sealer: Sealer) {
    this.#config = config;
    this.#sealer = sealer;
    this.#name = config.secure ? '__Host-doorstep-notice' : 'doorstep-notice';
  }

  set(res: Response, text: string): void {
    const sealed = this.#sealer.seal(text, PURPOSE, this.#name).toString('base64url');
    res.cookie(this.#name, sealed, { ...cookieAttributes(this.#config), maxAge: LIFE });
  }

  /** Reads the notice and takes it away: it is shown once. */
  take(req: Request, res: Response): string | null {
    // Nearly every page has none: then the cookies need not be taken apart.
    if (!req.headers.cookie?.includes(this.#name)) return null;
    const found = cookiesOf(req)[this.#name];
    if (found === undefined) return null;
    res.clearCookie(this.#name, cookieAttributes(this.#config));
    return this.#sealer.unseal(Buffer.from(found, 'base64url'), PURPOSE, this.#name);
  }
}

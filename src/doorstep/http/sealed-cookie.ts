import type { Request, Response } from 'express';
import type { Sealer } from '../crypto/sealer.ts';
import { cookieAttributes, cookiesOf } from './cookies.ts';

export interface SealedCookieOptions {
  sealer: Sealer;
  /** What the values are for: one sealed for another purpose does not open. */
  purpose: string;
  maxAgeMs: number;
  /** Whether the site is under https. */
  secure: boolean;
}

/** Values that the browser keeps and only this app can make or read, each bound to its cookie's name. */
export class SealedCookie {
  readonly #options: SealedCookieOptions;

  constructor(options: SealedCookieOptions) {
    this.#options = options;
  }

  /** @returns the value that the browser is given. */
  set(res: Response, name: string, text: string): string {
    const { sealer, purpose, maxAgeMs } = this.#options;
    const sealed = sealer.seal(text, purpose, name).toString('base64url');
    res.cookie(name, sealed, { ...cookieAttributes(this.#options), maxAge: maxAgeMs });
    return sealed;
  }

  /** @returns null without one, and for anything that we didn't seal for just this use. */
  get(req: Request, name: string): string | null {
    const value = cookiesOf(req)[name];
    if (!value) return null;
    return this.#options.sealer.unseal(
      Buffer.from(value, 'base64url'),
      this.#options.purpose,
      name,
    );
  }

  clear(res: Response, name: string): void {
    res.clearCookie(name, cookieAttributes(this.#options));
  }
}

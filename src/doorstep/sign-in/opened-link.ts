import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Sealer } from '../crypto/sealer.ts';
import { type CookieNaming, cookieName } from '../http/cookies.ts';
import { SealedCookie } from '../http/sealed-cookie.ts';

const LIFETIME_MS = 10 * 60_000;
const PURPOSE = 'sign-in link v1';

/** A sign-in link that this browser has opened and not used yet. */
const OpenedLink = z.object({
  /** Logto's one-time token. */
  token: z.string(),
  /** Whom it signs in, in lower case. */
  email: z.string(),
  /** On the page and in here: what is confirmed is what was shown. */
  nonce: z.string(),
  /** Milliseconds since 1970. */
  openedAt: z.number(),
});
export type OpenedLink = z.infer<typeof OpenedLink>;

/** The link that was opened last, in a sealed cookie of 10 minutes. */
export class OpenedLinks {
  readonly #cookie: SealedCookie;
  readonly #name: string;
  readonly #now: () => number;

  constructor({ sealer, now, ...naming }: { sealer: Sealer; now: () => number } & CookieNaming) {
    const { secure } = naming;
    this.#cookie = new SealedCookie({ sealer, secure, purpose: PURPOSE, maxAgeMs: LIFETIME_MS });
    this.#name = cookieName('-link', naming);
    this.#now = now;
  }

  set(res: Response, { token, email }: Pick<OpenedLink, 'token' | 'email'>): void {
    const nonce = randomBytes(16).toString('base64url');
    const link: OpenedLink = { token, email, nonce, openedAt: this.#now() };
    this.#cookie.set(res, this.#name, JSON.stringify(link));
  }

  find(req: Request): OpenedLink | null {
    const json = this.#cookie.get(req, this.#name);
    const link = json === null ? undefined : OpenedLink.safeParse(JSON.parse(json)).data;
    return link && this.#now() < link.openedAt + LIFETIME_MS ? link : null;
  }

  clear(res: Response): void {
    this.#cookie.clear(res, this.#name);
  }
}

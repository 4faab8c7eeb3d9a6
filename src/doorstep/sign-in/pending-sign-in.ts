import type { Request, Response } from 'express';
import { z } from 'zod';
import { digest } from '../crypto/digest.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { type CookieNaming, cookieName, cookiesOf } from '../http/cookies.ts';
import { SealedCookie } from '../http/sealed-cookie.ts';
import { SIGN_IN_LIFETIME_MS } from '../session/user-index.ts';

const MAX_PENDING = 5;
/** Of all of them in a Cookie header. Node takes 16 kB of headers, nginx 8. */
const MAX_COOKIE_BYTES = 6 * 1024;
const PURPOSE = 'pending sign-in v2';
/** When it began, in base 36 seconds, and the fingerprint of its state. */
const OWN_ENDING = /^[0-9a-z]{1,10}\.[\w-]{16}$/;

/** A sign-in under way: what the SDK needs to finish it, and when it began. */
const PendingSignIn = z.object({
  /** The SDK's own item: redirectUri, postRedirectUri, codeVerifier, state. */
  signInSession: z.string(),
  /** The way back. */
  returnTo: z.string(),
  /** Another way back was wanted, and was too long to be kept. */
  lostReturnTo: z.boolean().optional(),
  /** Logto was told to ask again who it is. Sealed in here: what comes back can't claim it. */
  prompt: z.literal('login').nullable(),
  /** Hugging Face was to be asked anew, to connect it again. */
  connects: z.boolean().optional(),
  /** Who was signed in when somebody was asked to sign in anew. */
  startedBy: z.object({ iss: z.string(), sub: z.string() }).optional(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});
export type PendingSignIn = z.infer<typeof PendingSignIn>;

/**
 * One sealed cookie for each sign-in under way, named by its state, so that two tabs don't disturb
 * each other (C6) and no session is needed before somebody has signed in (S13). State and verifier
 * are thereby bound to this browser (S15). At most five, and 6 kB together; the oldest go.
 */
export class PendingSignIns {
  readonly #cookie: SealedCookie;
  readonly #now: () => number;
  readonly #prefix: string;

  constructor({ sealer, now, ...naming }: { sealer: Sealer; now: () => number } & CookieNaming) {
    const { secure } = naming;
    const maxAgeMs = SIGN_IN_LIFETIME_MS;
    this.#cookie = new SealedCookie({ sealer, secure, purpose: PURPOSE, maxAgeMs });
    this.#now = now;
    this.#prefix = `${cookieName('-sign-in', naming)}.`;
  }

  add(req: Request, res: Response, state: string, pending: PendingSignIn): void {
    // The time comes first in the name, so the oldest is found without opening any.
    const began = Math.floor(pending.startedAt / 1000).toString(36);
    const name = `${this.#prefix}${began}.${fingerprint(state)}`;
    let bytes = cookieBytes(name, this.#cookie.set(res, name, JSON.stringify(pending)));
    const cookies = cookiesOf(req);
    for (const [newer, other] of this.#names(req).sort().reverse().entries()) {
      bytes += cookieBytes(other, cookies[other]);
      if (newer + 1 >= MAX_PENDING || bytes > MAX_COOKIE_BYTES) this.#cookie.clear(res, other);
    }
  }

  /** @returns null when this browser has no such sign-in under way, or it began over an hour ago. */
  find(req: Request, state: string): PendingSignIn | null {
    const name = this.#nameFor(req, state);
    const json = name ? this.#cookie.get(req, name) : null;
    const pending = json === null ? undefined : PendingSignIn.safeParse(JSON.parse(json)).data;
    return pending && this.#now() < pending.startedAt + SIGN_IN_LIFETIME_MS ? pending : null;
  }

  /** The state has been used: its cookie goes. */
  remove(req: Request, res: Response, state: string): void {
    const name = this.#nameFor(req, state);
    if (name) this.#cookie.clear(res, name);
  }

  #nameFor(req: Request, state: string): string | undefined {
    const ending = `.${fingerprint(state)}`;
    return this.#names(req).find((name) => name.endsWith(ending));
  }

  #names(req: Request): string[] {
    // Of our own form only: others may have set a cookie that can't even be cleared.
    return Object.keys(cookiesOf(req)).filter(
      (name) => name.startsWith(this.#prefix) && OWN_ENDING.test(name.slice(this.#prefix.length)),
    );
  }
}

function fingerprint(state: string): string {
  return digest(state).slice(0, 16);
}

/** As a Cookie header has it: `name=value; `. */
const cookieBytes = (name: string, value = ''): number => name.length + value.length + 3;

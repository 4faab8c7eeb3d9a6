import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Sealer } from '../crypto/sealer.ts';
import { cookieName, cookiesOf } from '../http/cookies.ts';
import { SealedCookie } from '../http/sealed-cookie.ts';
import { SIGN_IN_LIFETIME_MS } from '../session/user-index.ts';

const MAX_PENDING = 5;
const PURPOSE = 'pending sign-in v2';
/** When it began, in base 36 seconds, and the fingerprint of its state. */
const OWN_ENDING = /^[0-9a-z]{1,10}\.[\w-]{16}$/;

/** A sign-in under way: what the SDK needs to finish it, and when it began. */
const PendingSignIn = z.object({
  /** The SDK's own item: redirectUri, postRedirectUri, codeVerifier, state. */
  signInSession: z.string(),
  /** The way back. */
  returnTo: z.string(),
  /** Logto was told to ask again who it is. Sealed in here: what comes back can't claim it. */
  prompt: z.literal('login').nullable(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});
export type PendingSignIn = z.infer<typeof PendingSignIn>;

/**
 * One sealed cookie for each sign-in under way, named by its state, so that two tabs don't disturb
 * each other (C6) and no session is needed before somebody has signed in (S13). State and verifier
 * are thereby bound to this browser (S15). At most five; the oldest goes.
 */
export class PendingSignIns {
  readonly #cookie: SealedCookie;
  readonly #now: () => number;
  readonly #prefix: string;

  constructor({ sealer, secure, now }: { sealer: Sealer; secure: boolean; now: () => number }) {
    const maxAgeMs = SIGN_IN_LIFETIME_MS;
    this.#cookie = new SealedCookie({ sealer, secure, purpose: PURPOSE, maxAgeMs });
    this.#now = now;
    this.#prefix = `${cookieName('doorstep-sign-in', { secure })}.`;
  }

  add(req: Request, res: Response, state: string, pending: PendingSignIn): void {
    const others = this.#names(req).sort();
    for (const name of others.slice(0, Math.max(0, others.length - MAX_PENDING + 1))) {
      this.#cookie.clear(res, name);
    }
    // The time comes first in the name, so the oldest is found without opening any.
    const began = Math.floor(pending.startedAt / 1000).toString(36);
    const name = `${this.#prefix}${began}.${fingerprint(state)}`;
    this.#cookie.set(res, name, JSON.stringify(pending));
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
  return createHash('sha256').update(state).digest('base64url').slice(0, 16);
}

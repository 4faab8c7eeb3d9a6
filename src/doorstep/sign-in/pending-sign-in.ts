import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Config } from '../config/config.ts';
import type { Sealer } from '../crypto/sealer.ts';
import { cookiesOf } from '../http/cookies.ts';
import { cookieAttributes } from '../session/session.ts';

/** How long a person may take at Logto and Hugging Face. */
const LIFE = 60 * 60_000;
const MOST = 5;
const PURPOSE = 'pending sign-in v2';
/** When it began, in base 36 seconds, and the fingerprint of its state. */
const OWN_ENDING = /^[0-9a-z]{1,10}\.[\w-]{16}$/;

/** A sign-in under way: what the SDK needs to finish it, and when it began. */
export interface PendingSignIn {
  /** The SDK's own item: redirectUri, postRedirectUri (the way back), codeVerifier, state. */
  signInSession: string;
  returnTo: string;
  /** Logto was told to ask again who it is. Sealed in here: what comes back can't claim it. */
  prompt: 'login' | null;
  /** Milliseconds since 1970. */
  startedAt: number;
}

/**
 * One sealed cookie for each sign-in under way, named by its state, so that two tabs don't disturb
 * each other (C6) and no session is needed before somebody has signed in (S13). State and verifier
 * are thereby bound to this browser (S15). At most five; the oldest goes.
 */
export class PendingSignIns {
  readonly #config: Config;
  readonly #sealer: Sealer;
  readonly #now: () => number;
  readonly #prefix: string;

  constructor({ config, sealer, now }: { config: Config; sealer: Sealer; now: () => number }) {
    this.#config = config;
    this.#sealer = sealer;
    this.#now = now;
    this.#prefix = config.secure ? '__Host-doorstep-sign-in.' : 'doorstep-sign-in.';
  }

  add(req: Request, res: Response, state: string, pending: PendingSignIn): void {
    const others = this.#names(req).sort();
    for (const name of others.slice(0, Math.max(0, others.length - MOST + 1))) {
      this.#clear(res, name);
    }
    // The time comes first in the name, so the oldest is found without opening any.
    const began = Math.floor(pending.startedAt / 1000).toString(36);
    const name = `${this.#prefix}${began}.${fingerprint(state)}`;
    const sealed = this.#sealer.seal(JSON.stringify(pending), PURPOSE, name);
    const attributes = { ...cookieAttributes(this.#config), maxAge: LIFE };
    res.cookie(name, sealed.toString('base64url'), attributes);
  }

  /** @returns null when this browser has no such sign-in under way, or it began over an hour ago. */
  find(req: Request, state: string): PendingSignIn | null {
    const name = this.#nameFor(req, state);
    const value = name && cookiesOf(req)[name];
    if (!value) return null;
    const json = this.#sealer.unseal(Buffer.from(value, 'base64url'), PURPOSE, name);
    if (!json) return null;
    const pending: PendingSignIn = JSON.parse(json);
    return this.#now() < pending.startedAt + LIFE ? pending : null;
  }

  /** The state has been used: its cookie goes. */
  remove(req: Request, res: Response, state: string): void {
    const name = this.#nameFor(req, state);
    if (name) this.#clear(res, name);
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

  #clear(res: Response, name: string): void {
    res.clearCookie(name, cookieAttributes(this.#config));
  }
}

function fingerprint(state: string): string {
  return createHash('sha256').update(state).digest('base64url').slice(0, 16);
}

import type { Request } from 'express';
import type { Claims } from '../access/principal.ts';
import { Unexpected } from '../errors.ts';
import { withTimeout } from '../promises.ts';
import type { AppData } from '../session/session.ts';

/** How long the app's `onSignIn` may take. */
const ON_SIGN_IN_TIMEOUT_MS = 5000;

/** Who has just signed in, before there is a session. */
export interface NewSignIn {
  iss: string;
  sub: string;
  name: string | null;
  username: string | null;
  picture: string | null;
  /** Of the ID token. An e-mail address in it identifies nobody. */
  claims: Claims;
}

/** @returns keys for `req.session`. */
export type OnSignIn = (
  user: NewSignIn,
  req: Request,
) => Promise<AppData | undefined> | AppData | undefined;

/** The app may attach its own row to the person, or refuse them by throwing. */
export async function callOnSignIn(
  onSignIn: OnSignIn,
  user: NewSignIn,
  req: Request,
): Promise<Record<string, unknown>> {
  const keys = await withTimeout((async () => onSignIn(user, req))(), ON_SIGN_IN_TIMEOUT_MS, () => {
    throw new Unexpected(`onSignIn took longer than ${ON_SIGN_IN_TIMEOUT_MS} ms`);
  });
  return { ...keys };
}

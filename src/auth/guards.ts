import type { Request, RequestHandler } from 'express';
import { referenceOf } from '../reference.ts';
import { type AppSession, type SignedInUser, sessionOf } from '../session/session.ts';

/** A request of somebody who is signed in. */
export interface SignedInRequest {
  session: AppSession;
  user: SignedInUser;
  /** Names the request in log lines and on error pages. */
  readonly reference: string;
}

/** @returns null for a visitor. */
export function signedIn(req: Request): SignedInRequest | null {
  const session = sessionOf(req);
  if (!session?.user) return null;
  return {
    session,
    user: session.user,
    // Only made when something is logged: an ordinary page logs nothing.
    get reference() {
      return referenceOf(req);
    },
  };
}

/** Where to sign in so that one comes back to exactly this page (C10); a form can't be sent again. */
export function signInAddress(req: Request): string {
  const back = req.method === 'GET' ? req.originalUrl : req.baseUrl || '/';
  return `/sign-in?return_to=${encodeURIComponent(back)}`;
}

/** Lets signed-in people through and sends everybody else to sign in. */
export const requireSignIn: RequestHandler = (req, res, next) => {
  if (signedIn(req)) next();
  else res.redirect(303, signInAddress(req));
};

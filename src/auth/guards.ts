import type { Request, RequestHandler } from 'express';
import { type AppSession, type SignedInUser, sessionOf } from '../session/session.ts';

/** The session of somebody who is signed in, or null. */
export function signedIn(req: Request): { session: AppSession; user: SignedInUser } | null {
  const session = sessionOf(req);
  return session?.user ? { session, user: session.user } : null;
}

/** Where to sign in so that one comes back to exactly this page (C10). */
export function signInAddress(req: Request): string {
  return `/sign-in?return_to=${encodeURIComponent(req.originalUrl)}`;
}

/** Lets signed-in people through and sends everybody else to sign in. */
export const requireSignIn: RequestHandler = (req, res, next) => {
  if (signedIn(req)) next();
  else res.redirect(303, signInAddress(req));
};

import type { Request } from 'express';
import { sessionOf } from '../doorstep/index.ts';

declare module 'express-session' {
  interface SessionData {
    /** The organization whose shelf the navigation leads to. The address decides what a page shows. */
    defaultOrganization?: string;
  }
}

/** @returns null without one, and when the membership is over. */
export function defaultOrganization(req: Request): string | null {
  const id = sessionOf(req)?.defaultOrganization;
  // Before anything is looked through: there may be thousands of memberships, and each page asks.
  if (id === undefined) return null;
  const isMember = req.auth.isAuthenticated && req.auth.organizations.some((one) => one.id === id);
  return isMember ? id : null;
}

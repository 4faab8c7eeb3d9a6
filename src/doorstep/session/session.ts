import type { Request } from 'express';
import type { CookieOptions, Session, SessionData } from 'express-session';
import type { Config } from '../config/config.ts';
import type { Device } from './device.ts';

/** That somebody belongs to an organization at Logto, and as what. */
export interface Membership {
  id: string;
  roles: string[];
}

/** Who is signed in, as a page needs it. Identified by issuer and sub, never by e-mail (S19). */
export interface SignedInUser {
  iss: string;
  sub: string;
  /** Logto's session, where its application asks for it. */
  sid: string | null;
  name: string | null;
  username: string | null;
  picture: string | null;
  /** Milliseconds since 1970. */
  signedInAt: number;
  /** When the session ends whatever happens, milliseconds since 1970. */
  endsAt: number;
  /** When Logto last vouched for this person, milliseconds since 1970; after a failed try, later. */
  checkedAt: number;
  device: Device;
  /** At Logto, as it last said; sorted, and empty where they were not asked for. */
  roles: string[];
  organizations: Membership[];
  /** Known once the account page has asked Logto for it. */
  huggingFace?: { username: string | null; profile: string | null };
  /** Names by id, as far as Logto has been asked for them. */
  organizationNames?: Record<string, string>;
}

declare module 'express-session' {
  interface SessionData {
    user?: SignedInUser;
    /** As received; where `withLogto` of @logto/express looks for it. */
    idToken?: string;
    /** When a sign-in ended that this app had asked to be a fresh one; milliseconds since 1970. */
    askedToSignInAt?: number;
    /** The organization whose shelf the navigation leads to. The address decides what a page shows. */
    defaultOrganization?: string;
  }
}

export type AppSession = Session & SessionData;

/**
 * The session of this request; undefined for visitors, for whom the middleware didn't run.
 *
 * The one cast of the code: @logto/express declares `session` on http.IncomingMessage as a plain
 * record, which hides express-session's own type wherever both packages are imported.
 */
export function sessionOf(req: Request): AppSession | undefined {
  return req.session as unknown as AppSession | undefined;
}

/** @returns null without one, and when the membership is over. */
export function defaultOrganization({ user, defaultOrganization: id }: AppSession): string | null {
  return user?.organizations.some((organization) => organization.id === id) ? (id ?? null) : null;
}

/** Name of the session cookie. `__Host-` binds it to this very host, but browsers want https for it. */
export const sessionCookieName = (config: Config): string =>
  config.secure ? '__Host-doorstep' : 'doorstep';

/** Attributes that setting and clearing the cookie share: `__Host-` needs Secure and Path=/ for both. */
export const cookieAttributes = (config: Config) =>
  ({ httpOnly: true, secure: config.secure, sameSite: 'lax', path: '/' }) satisfies CookieOptions;

/** Writes the session now, so that what follows a redirect finds it (C1). */
export const saveSession = (session: AppSession): Promise<void> =>
  settled((done) => session.save(done));

/** For the callbacks of express-session. */
export function settled(act: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => (error ? reject(error) : resolve()));
  });
}

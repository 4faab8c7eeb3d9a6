import type { Request, RequestHandler } from 'express';
import session, { type CookieOptions, type Session, type SessionData } from 'express-session';
import type { Config } from '../config.ts';
import { Directory, type Owner } from './directory.ts';
import type { SessionRedis } from './redis.ts';
import { cookieSigningKeys, type Sealer } from './seal.ts';
import { SessionStore } from './store.ts';
import { TokenStore, type Tokens } from './tokens.ts';

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
  /** When Logto last vouched for this person, milliseconds since 1970. */
  checkedAt: number;
  /** Known once the account page has asked Logto for it. */
  huggingFace?: { username: string | null; profile: string | null };
}

declare module 'express-session' {
  interface SessionData {
    user: SignedInUser;
    /** As received; where `withLogto` of @logto/express looks for it. */
    idToken: string;
  }
}

export type AppSession = Session & Partial<SessionData>;

/**
 * The session of this request; undefined for visitors, for whom the middleware didn't run.
 *
 * The one cast of the code: @logto/express declares `session` on http.IncomingMessage as a plain
 * record, which hides express-session's own type wherever both packages are imported.
 */
export function sessionOf(req: Request): AppSession | undefined {
  return req.session as unknown as AppSession | undefined;
}

/** Name of the session cookie. `__Host-` binds it to this very host, but browsers want https for it. */
export const sessionCookieName = (config: Config): string =>
  config.secure ? '__Host-doorstep' : 'doorstep';

/** Attributes that setting and clearing the cookie share: `__Host-` needs Secure and Path=/ for both. */
export const cookieAttributes = (config: Config) =>
  ({ httpOnly: true, secure: config.secure, sameSite: 'lax', path: '/' }) satisfies CookieOptions;

export interface SessionDeps {
  config: Config;
  redis: SessionRedis;
  sealer: Sealer;
  now: () => number;
}

/** What a finished sign-in brings. */
export interface SignIn {
  user: SignedInUser;
  idToken: string;
  tokens: Tokens;
}

export interface EndedSession {
  /** Now the caller's to revoke. */
  tokens: Tokens | null;
  /** False when somebody else had ended it already. */
  wasLive: boolean;
}

/** Everything that is kept about who is signed in. */
export interface Sessions {
  middleware: RequestHandler;
  tokens: TokenStore;
  directory: Directory;
  /**
   * Begins a session for somebody, with a new id (S4); one that this browser had before ends. The
   * directory comes first, so that whoever ends this user's sessions finds this one too, and
   * all is saved when the promise resolves (C1).
   */
  begin(req: Request, signIn: SignIn): Promise<AppSession>;
  /**
   * Ends a session, the record first. This request's own is given as the object, so that the
   * request forgets it too.
   */
  end(session: AppSession | string, owner: Owner): Promise<EndedSession>;
}

export function createSessions({ config, redis, sealer, now }: SessionDeps): Sessions {
  const { idleMs, maxMs, secrets } = config.session;
  const cookie = cookieAttributes(config);
  const store = new SessionStore({ redis, sealer, cookie, idleMs, maxMs, now });
  const tokens = new TokenStore({ redis, sealer, idleMs, now });
  const directory = new Directory(redis, now);
  const name = sessionCookieName(config);
  const middleware = session({
    name,
    store,
    secret: cookieSigningKeys(secrets),
    // Set once, at sign-in; idle and absolute lifetime are enforced in Redis, not by the browser.
    cookie: { ...cookie, maxAge: maxMs },
    resave: false,
    saveUninitialized: false,
    rolling: false,
  });

  async function end(target: AppSession | string, owner: Owner): Promise<EndedSession> {
    const sessionId = typeof target === 'string' ? target : target.id;
    await settled((done) => {
      if (typeof target === 'string') store.destroy(target, done);
      else target.destroy(done);
    });
    const taken = await tokens.take(sessionId);
    return { tokens: taken, wasLive: await directory.remove(owner, sessionId) };
  }

  async function begin(req: Request, signIn: SignIn): Promise<AppSession> {
    const before = sessionOf(req);
    if (before?.user) await end(before, before.user);
    await settled((done) => {
      if (before) before.regenerate(done);
      else done(new Error('The session middleware did not run on the callback'));
    });
    const begun = sessionOf(req);
    if (!begun) throw new Error('express-session gave no new session');
    const { user } = signIn;
    await directory.add(user, begun.id, user.endsAt);
    await tokens.write(begun.id, 0, signIn.tokens, user.endsAt);
    begun.user = user;
    begun.idToken = signIn.idToken;
    await saveSession(begun);
    return begun;
  }

  // Only for a browser that brings a session cookie, and on the callback, which begins a session:
  // visitors cost no Redis command and get no cookie (S13).
  const whereNeeded: RequestHandler = (req, res, next) => {
    const mayHaveSession = req.headers.cookie?.includes(`${name}=`) || req.path === '/callback';
    if (mayHaveSession) middleware(req, res, next);
    else next();
  };

  return { middleware: whereNeeded, tokens, directory, begin, end };
}

/** Writes the session now, so that what follows a redirect finds it (C1). */
export const saveSession = (session: AppSession): Promise<void> =>
  settled((done) => session.save(done));

function settled(act: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    act((error) => (error ? reject(error) : resolve()));
  });
}

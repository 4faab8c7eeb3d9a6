import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { requestIdOf } from '../http/request-id.ts';
import type { SessionRecord, SessionUser } from './record.ts';

export type AppSession = Session & SessionData;

/** The app's own keys of a session, as an app declares them on express-session's `SessionData`. */
export type AppData = Partial<Omit<SessionData, 'cookie'>>;

/**
 * What express-session has for this request: the app's own keys. Undefined for visitors.
 *
 * The one cast of the code: @logto/express declares `session` on http.IncomingMessage as a plain
 * record, which hides express-session's own type wherever both packages are imported.
 */
export function sessionOf(req: Request): AppSession | undefined {
  return req.session as unknown as AppSession | undefined;
}

/** An empty session under a new id. By Reflect, since the same declaration hides what `generate` takes. */
export function makeSession(req: Request): AppSession {
  Reflect.apply(req.sessionStore.generate, req.sessionStore, [req]);
  const session = sessionOf(req);
  if (session) return session;
  throw new Error('express-session made no session');
}

/** The session of a signed-in person's request: what a refresh and a principal need of it. */
export class ActiveSession {
  readonly id: string;
  /** As it was read, or as this request's last update left it. */
  record: SessionRecord;
  readonly #req: Request;

  constructor(req: Request, id: string, record: SessionRecord) {
    this.#req = req;
    this.id = id;
    this.record = record;
  }

  get user(): SessionUser {
    return this.record.user;
  }

  /** Names the request in log lines and on error pages. An ordinary page logs nothing and makes none. */
  get requestId(): string {
    return requestIdOf(this.#req);
  }

  /** Has ended: for the rest of the request there is no session, and express-session saves none. */
  forget(): void {
    if (sessionOf(this.#req)?.id === this.id) Reflect.deleteProperty(this.#req, 'session');
  }
}

import type { SessionData } from 'express-session';

/** The app's own keys of a session, as an app declares them on express-session's `SessionData`. */
export type AppData = Partial<Omit<SessionData, 'cookie'>>;

import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { SessionRedis } from '../session/redis.ts';
import type { Sessions } from '../session/session.ts';
import type { Logto } from './logto.ts';
import type { PendingSignIns } from './pending-sign-in.ts';

/** What the sign-in flows work with. Made once, in app.ts. */
export interface AuthDeps {
  config: Config;
  redis: SessionRedis;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
  sessions: Sessions;
  logto: Logto;
  pendingSignIns: PendingSignIns;
}

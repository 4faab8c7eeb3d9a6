import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Sealer } from './crypto/sealer.ts';
import { Notices } from './http/flash.ts';
import { createLogto, type Logto } from './logto/client.ts';
import type { SessionRedis } from './redis/commands.ts';
import { Refresher } from './refresh/refresher.ts';
import type { Sessions } from './session/sessions.ts';
import { PendingSignIns } from './sign-in/pending-sign-in.ts';
import { createRateLimits, type Limits, type RateLimits } from './sign-in/rate-limits.ts';

/** What the sign-in flows are given. */
export interface AuthOptions {
  config: Config;
  redis: SessionRedis;
  logger: Logger;
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now: () => number;
  sealer: Sealer;
  sessions: Sessions;
  limits: Limits;
  /** Permissions of the API to ask for at sign-in. */
  apiScopes?: readonly string[];
}

/** What they work with. Made once, in app.ts. */
export interface AuthDeps extends Omit<AuthOptions, 'limits'> {
  logto: Logto;
  refresher: Refresher;
  pendingSignIns: PendingSignIns;
  notices: Notices;
  limits: RateLimits;
}

export function createAuth(options: AuthOptions): AuthDeps {
  const { config, sealer } = options;
  const logto = createLogto(options);
  return {
    ...options,
    logto,
    refresher: new Refresher({ ...options, logto }),
    pendingSignIns: new PendingSignIns(options),
    notices: new Notices(config, sealer),
    limits: createRateLimits(options.limits),
  };
}

import { type LogtoContext, withLogto } from '@logto/express';
import type { RequestHandler } from 'express';
import type { AuthDeps } from '../doorstep.ts';
import { setCaller } from './caller.ts';
import { signedIn } from './guards.ts';
import { sessionCaller } from './session-caller.ts';

declare global {
  namespace Express {
    interface Request {
      /** The claims of the signed-in person; absent for visitors. */
      user?: LogtoContext;
    }
  }
}

/**
 * `req.user` for signed-in people, from @logto/express. Without its fetch options: with them it
 * builds a client of its own that knows no lock and no timeout, and an outage becomes "signed out".
 * For pages that show claims: it makes a client and decodes the ID token at every request.
 */
export function reqUser(deps: AuthDeps): RequestHandler {
  const { config, logto } = deps;
  const middleware = withLogto({ ...logto.sdkConfig, baseUrl: config.baseUrl });
  return (req, res, next) => {
    const target = signedIn(req);
    if (!target) return next();
    setCaller(req, sessionCaller(deps, target));
    void middleware(req, res, next);
  };
}

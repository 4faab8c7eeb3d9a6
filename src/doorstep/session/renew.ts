import type { Request } from 'express';
import { type AppSession, sessionOf, settled } from './session.ts';
import { isStored } from './store.ts';
import type { Owner } from './user-index.ts';

/**
 * @param end Ends a session that the browser had before.
 * @returns a session under an id that nobody knows yet (S4).
 */
export async function renew(
  req: Request,
  end: (session: AppSession, owner: Owner) => Promise<unknown>,
): Promise<AppSession> {
  const before = sessionOf(req);
  if (!before) throw new Error('The session middleware did not run on the callback');
  // Made for this very request, whatever cookie came with it: its id is new, and nobody knows it.
  if (!isStored(before)) return before;
  // Its refresh token is not revoked: both sign-ins share one grant at Logto, which would end with it.
  if (before.user) await end(before, before.user);
  await settled((done) => before.regenerate(done)).catch((error: unknown) => {
    // Not even an empty one: express-session would save it at the end of the error page.
    Reflect.deleteProperty(req, 'session');
    throw error;
  });
  const renewed = sessionOf(req);
  if (!renewed) throw new Error('express-session gave no new session');
  return renewed;
}

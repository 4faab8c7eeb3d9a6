import type { Response } from 'express';

/**
 * 303 without a body. express-session sends the headers of an answer with a body before it has saved
 * the session, so the browser would ask for the next page too early (C1).
 */
export function redirect(res: Response, address: string): void {
  res.status(303).location(address).end();
}

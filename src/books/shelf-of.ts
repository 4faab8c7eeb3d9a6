import { organizationOf } from '../doorstep/access/caller.ts';
import type { GuardedRequest } from '../doorstep/access/guards.ts';
import type { AuthDeps } from '../doorstep/doorstep.ts';
import { Shelf } from './shelf.ts';

/** The shelf that a request is about; the guards have seen to it that the caller may. */
export function shelfOf({ redis, now }: AuthDeps, req: GuardedRequest): Shelf {
  const { iss, sub } = req.user.claims;
  return new Shelf(redis, { iss, sub, organizationId: organizationOf(req) }, now);
}

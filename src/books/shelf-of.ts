import { organizationOf } from '../auth/caller.ts';
import type { AuthDeps } from '../auth/deps.ts';
import type { GuardedRequest } from '../auth/guards.ts';
import { Shelf } from './shelf.ts';

/** The shelf that a request is about; the guards have seen to it that the caller may. */
export function shelfOf({ redis, now }: AuthDeps, req: GuardedRequest): Shelf {
  const { iss, sub } = req.user.claims;
  return new Shelf(redis, { iss, sub, organizationId: organizationOf(req) }, now);
}

import type { Config } from '../doorstep/config/config.ts';
import type { SignedInUser } from '../doorstep/session/session.ts';
import { moment } from './format.ts';
import type { SessionTimes } from './view-models.ts';

/** @param now This very page slides the idle lifetime, so it is counted from here; milliseconds. */
export function sessionTimes(user: SignedInUser, config: Config, now: number): SessionTimes {
  return {
    signedIn: moment(user.signedInAt),
    idleEnd: moment(Math.min(now + config.session.idleMs, user.endsAt)),
    absoluteEnd: moment(user.endsAt),
  };
}

import type { SessionInfo } from '../doorstep/index.ts';
import type { Config } from './config.ts';
import type { Language } from './languages/languages.ts';
import type { SessionTimes } from './view-models.ts';

/** @param now This very page slides the idle lifetime, so it is counted from here; milliseconds. */
export function sessionTimes(
  session: SessionInfo,
  config: Config,
  now: number,
  { moment }: Language,
): SessionTimes {
  return {
    signedIn: moment(session.signedInAt),
    idleEnd: moment(Math.min(now + config.session.idleMs, session.endsAt)),
    absoluteEnd: moment(session.endsAt),
  };
}

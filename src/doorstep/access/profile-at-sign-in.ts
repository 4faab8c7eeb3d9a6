import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import { noop, Turns } from '../promises.ts';
import { accessTokenKey, freshToken } from '../refresh/access-tokens.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Tokens } from '../session/token-store.ts';
import { keepUserInfo } from './fetch-user-info.ts';

/** Beside the answers to others: a rush of sign-ins must not become one of calls. */
const MAX_AT_ONCE = 10;
/** Whoever comes after these goes without, until a page asks. */
const MAX_WAITING = 200;

export interface ProfileDeps {
  logto: Logto;
  sessions: Sessions;
  logger: Logger;
  now: () => number;
}

/** Begins to ask, by the tokens of a sign-in. @returns what keeps the answer once there is a session. */
export type FetchProfile = (tokens: Tokens) => (target: ActiveSession) => void;

/**
 * Learns the account at Hugging Face of somebody who is signing in, for the pages to come: one call,
 * while the session is being stored. Nothing waits for it. A failure is one line in the log, and leaves
 * it to whatever page asks next.
 */
export function profileAtSignIn({ logto, sessions, logger, now }: ProfileDeps): FetchProfile {
  const turns = new Turns(MAX_AT_ONCE, MAX_WAITING);
  return ({ accessTokens }) => {
    const token = freshToken(accessTokens, accessTokenKey({}), now());
    // Of a full queue, those in it will tell why.
    if (!token || turns.isFull) return noop;
    const answer = turns.run(() => logto.userInfo(token));
    // Where the sign-in is refused meanwhile, nobody asks how this went.
    answer.catch(noop);
    return (target) => {
      // Read now: the ID is made on first use, from a request that is over when the answer comes.
      const { requestId } = target;
      const keep = async () => keepUserInfo(sessions, target, await answer);
      keep().catch((err: unknown) => {
        const reason = err instanceof AppError ? err.reason : 'unexpected';
        const line = { event: 'profile.unknown', requestId, reason, err };
        logger.warn(line, 'The Hugging Face account could not be read after a sign-in');
      });
    };
  };
}

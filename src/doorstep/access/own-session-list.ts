import type { Request } from 'express';
import type { Logger } from 'pino';
import { digest } from '../crypto/digest.ts';
import { Misuse } from '../errors.ts';
import type { Revocations } from '../refresh/revocations.ts';
import { logEnded } from '../session/ending.ts';
import type { Device } from '../session/record.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { OwnSession, OwnSessions } from './own-sessions.ts';

export interface OwnSessionsDeps {
  sessions: Sessions;
  revocations: Revocations;
  logger: Logger;
}

export class OwnSessionList implements OwnSessions {
  readonly #deps: OwnSessionsDeps;

  constructor(deps: OwnSessionsDeps) {
    this.#deps = deps;
  }

  async list(
    req: Request,
    page: { offset: number; count: number },
  ): Promise<{ sessions: OwnSession[]; older: boolean; total: number }> {
    const active = this.#activeOf(req);
    const { sessions, older, total } = await this.#deps.sessions.list(active.user, page);
    const own = sessions.map(({ id, user, lastUsedAt }) => ({
      handle: handleOf(id),
      isCurrent: id === active.id,
      device: user.device,
      signedInAt: user.signedInAt,
      lastUsedAt,
    }));
    return { sessions: own, older, total };
  }

  async end(req: Request, handle: string): Promise<{ device: Device } | 'current' | null> {
    const { sessions, revocations, logger } = this.#deps;
    const active = this.#activeOf(req);
    // Only among the person's own: somebody else's session can't be named here.
    const id = (await sessions.ids(active.user)).find((known) => handleOf(known) === handle);
    if (id === active.id) return 'current';
    const found = id === undefined ? null : await sessions.look(id);
    if (!found) return null;
    void revocations.revokeAll([await sessions.end(found.id, found.user)]);
    logEnded(logger, byItsUser(active));
    return { device: found.user.device };
  }

  async endOthers(req: Request): Promise<void> {
    const { sessions, revocations, logger } = this.#deps;
    const active = this.#activeOf(req);
    const ended = await sessions.endAll(active.user, active.id);
    void revocations.revokeAll(ended);
    logEnded(logger, { ...byItsUser(active), sessions: ended.length });
  }

  #activeOf(req: Request): ActiveSession {
    const active = this.#deps.sessions.of(req);
    if (active) return active;
    throw new Misuse('Nobody is signed in here: put requireSignIn before this handler');
  }
}

const byItsUser = ({ user, requestId }: ActiveSession) =>
  ({ why: 'by_its_user', sub: user.sub, requestId }) as const;

const handleOf = (id: string) => digest(id).slice(0, 22);

import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Logger } from 'pino';
import { Misuse } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import { revokeAll } from '../refresh/revoke.ts';
import type { Device } from '../session/record.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export interface OwnSessionsDeps {
  sessions: Sessions;
  logto: Logto;
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
  ): Promise<{ sessions: OwnSession[]; older: boolean }> {
    const active = this.#activeOf(req);
    const { sessions, older } = await this.#deps.sessions.list(active.user, page);
    const own = sessions.map(({ id, user, lastUsedAt }) => ({
      handle: handleOf(id),
      isCurrent: id === active.id,
      device: user.device,
      signedInAt: user.signedInAt,
      lastUsedAt,
    }));
    return { sessions: own, older };
  }

  async end(req: Request, handle: string): Promise<{ device: Device } | 'current' | null> {
    const { sessions } = this.#deps;
    const active = this.#activeOf(req);
    // Only among the person's own: somebody else's session can't be named here.
    const id = (await sessions.ids(active.user)).find((known) => handleOf(known) === handle);
    if (id === active.id) return 'current';
    const found = id === undefined ? null : await sessions.look(id);
    if (!found) return null;
    void revokeAll(this.#deps, [await sessions.end(found.id, found.user)]);
    this.#log(active, {}, 'Session ended');
    return { device: found.user.device };
  }

  async endOthers(req: Request): Promise<void> {
    const active = this.#activeOf(req);
    const ended = await this.#deps.sessions.endAll(active.user, active.id);
    void revokeAll(this.#deps, ended);
    this.#log(active, { sessions: ended.length }, 'Other sessions ended');
  }

  #activeOf(req: Request): ActiveSession {
    const active = this.#deps.sessions.of(req);
    if (active) return active;
    throw new Misuse('Nobody is signed in here: put requireSignIn before this handler');
  }

  #log({ user, requestId }: ActiveSession, more: object, message: string): void {
    const line = { event: 'session.ended', requestId, why: 'by_its_user', sub: user.sub };
    this.#deps.logger.info({ ...line, ...more }, message);
  }
}

const handleOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 22);

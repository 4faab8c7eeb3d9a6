import type { Request, RequestHandler } from 'express';
import { rejectLaterSession } from '../http/host-checks.ts';
import { isForeignChange, type Origins } from '../http/same-origin.ts';
import type { MembersOnly } from '../hugging-face/members-only.ts';
import { isRecheckDue, type RecheckDeps, recheckSession } from '../refresh/recheck.ts';
import { type ActiveSession, sessionOf } from '../session/session.ts';
import { setPrincipal, visitor } from './principal.ts';
import { type PrincipalDeps, SessionPrincipal } from './session-principal.ts';

export interface PrincipalStepsDeps {
  origins: Origins;
  principal: PrincipalDeps;
  recheck: RecheckDeps;
  /** Where only members of organizations at Hugging Face may come in. */
  membersOnly: MembersOnly | null;
}

/** The steps from a request's cookie to its principal. `session` comes first, the last two after the kit's routes. */
export interface PrincipalSteps {
  session: RequestHandler;
  authenticate: RequestHandler;
  recheck: RequestHandler;
  stillMember: RequestHandler;
  /** For a request whose session has ended on the way. */
  asVisitor: (req: Request) => void;
}

export function principalSteps(deps: PrincipalStepsDeps): PrincipalSteps {
  const { origins, principal, membersOnly } = deps;
  const { sessions, signInPath } = principal;
  const ownVisitor = visitor({ signInPath, isForeignChange: false });
  const foreignVisitor = visitor({ signInPath, isForeignChange: true });
  const asVisitor = (req: Request) => setPrincipal(req, ownVisitor);

  /** A step that may find that the session is over. */
  const endingStep =
    (
      isDue: (active: ActiveSession) => boolean,
      hasEnded: (active: ActiveSession) => Promise<boolean>,
    ): RequestHandler =>
    (req, _res, next) => {
      const active = sessions.of(req);
      // Nearly every page: no promise for it.
      if (!active || !isDue(active)) return next();
      hasEnded(active).then((isOver) => {
        if (isOver) asVisitor(req);
        next();
      }, next);
    };

  const recheck = endingStep(
    (active) => isRecheckDue(deps.recheck, active),
    (active) => recheckSession(deps.recheck, active),
  );

  return {
    /** A change that another site asks for does not open the session: for it, nobody is signed in. */
    session(req, res, next) {
      if (isForeignChange(req, origins)) {
        setPrincipal(req, foreignVisitor);
        next();
      } else sessions.middleware(req, res, next);
    },
    authenticate(req, _res, next) {
      const active = sessions.of(req);
      if (active) setPrincipal(req, new SessionPrincipal(principal, active));
      else if (!req.auth) asVisitor(req);
      next();
    },
    recheck(req, res, next) {
      if (!sessionOf(req)) rejectLaterSession(req);
      return recheck(req, res, next);
    },
    /** After the recheck, so that somebody whom Logto no longer knows is not asked for. */
    stillMember: endingStep(
      (active) => membersOnly?.isDue(active) ?? false,
      async (active) => (await membersOnly?.recheck(active)) ?? false,
    ),
    asVisitor,
  };
}

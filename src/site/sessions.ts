import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { person, requireSignIn, type SignedInRequest } from '../doorstep/access/guards.ts';
import { NotFound } from '../doorstep/errors.ts';
import { revokeAll } from '../doorstep/refresh/revoke.ts';
import type { ListedSession } from '../doorstep/session/sessions.ts';
import { ago, moment } from './format.ts';
import type { PageDeps } from './pages.ts';
import type { SessionsPage } from './view-models.ts';

const A_PAGE = 20;

/** /sessions: the devices where one is signed in; ends one, or all others. */
export function sessionsPage(deps: PageDeps): Router {
  const router = Router({ caseSensitive: true });
  router.get('/sessions', requireSignIn, (req, res) => showSessions(deps, req, res, person(req)));
  router.post('/sessions/end-others', requireSignIn, (req, res) =>
    endOthers(deps, res, person(req)),
  );
  router.post('/sessions/:name/end', requireSignIn, (req, res) =>
    endOne(deps, req.params.name, res, person(req)),
  );
  return router;
}

async function showSessions(
  { sessions, notices, send, now }: PageDeps,
  req: Request,
  res: Response,
  { session, user }: SignedInRequest,
): Promise<void> {
  const page = Math.max(1, Math.min(1000, Number.parseInt(String(req.query.page ?? 1), 10) || 1));
  const offset = (page - 1) * A_PAGE;
  const listed = await sessions.list(user, { offset, count: A_PAGE });
  const model: SessionsPage = {
    sessions: listed.sessions.map((entry) => row(entry, session.id, now())),
    endOthersAction: listed.sessions.some(({ id }) => id !== session.id)
      ? '/sessions/end-others'
      : null,
    olderHref: listed.older ? `/sessions?page=${page + 1}` : null,
    newerHref: page > 1 ? `/sessions?page=${page - 1}` : null,
  };
  send(req, res, 'sessions', model, { title: 'Sessions', notice: notices.take(req, res) });
}

function row(
  { id, user, lastUsedAt }: ListedSession,
  currentId: string,
  now: number,
): SessionsPage['sessions'][number] {
  const current = id === currentId;
  const used = current ? 'In use now.' : `Last used ${ago(now - lastUsedAt)}.`;
  return {
    device: user.device.name,
    icon: user.device.kind,
    current,
    line: `${used} Signed in ${moment(user.signedInAt).text}.`,
    endAction: `/sessions/${nameOf(id)}/end`,
  };
}

async function endOne(
  deps: PageDeps,
  name: string,
  res: Response,
  { session, user, reference }: SignedInRequest,
): Promise<void> {
  const { sessions, notices, logger } = deps;
  // Only among the person's own: somebody else's session can't be named here.
  const id = (await sessions.ids(user)).find((known) => nameOf(known) === name);
  if (id === session.id) return res.redirect(303, '/sign-out');
  const found = id === undefined ? null : await sessions.look(id);
  if (!found) throw new NotFound('No such session of this user');
  void revokeAll(deps, [await sessions.end(found.id, found.user)]);
  logger.info(
    { event: 'session.ended', reference, why: 'by_its_user', sub: user.sub },
    'Session ended',
  );
  notices.set(res, `Ended. ${found.user.device.name} has to sign in again.`);
  res.redirect(303, '/sessions');
}

async function endOthers(
  deps: PageDeps,
  res: Response,
  { session, user, reference }: SignedInRequest,
): Promise<void> {
  const { sessions, notices, logger } = deps;
  const ended = await sessions.endAll(user, session.id);
  void revokeAll(deps, ended);
  const line = { event: 'session.ended', reference, why: 'by_its_user', sub: user.sub };
  logger.info({ ...line, sessions: ended.length }, 'Other sessions ended');
  notices.set(res, 'Ended. All other devices have to sign in again.');
  res.redirect(303, '/sessions');
}

/** Names a session in a page: its id stays on the server, even of one's own other devices. */
const nameOf = (id: string) => createHash('sha256').update(id).digest('base64url').slice(0, 22);

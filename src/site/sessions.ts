import { type Request, type Response, Router } from 'express';
import { NotFound, type OwnSession, redirect, requireSignIn } from '../doorstep/index.ts';
import type { PageDeps } from './feature.ts';
import { ago, moment, pageNumber, short } from './format.ts';
import type { SessionsPage } from './view-models.ts';

const PAGE_SIZE = 20;
/** Far more than anybody may have sessions. */
const MAX_PAGES = 1000;

/** /sessions: the devices where one is signed in; ends one, or all others. */
export function sessionsPage(deps: PageDeps): Router {
  const { auth } = deps;
  const router = Router({ caseSensitive: true });
  router.get('/sessions', requireSignIn, (req, res) => showSessions(deps, req, res));
  router.post('/sessions/end-others', requireSignIn, async (req, res) => {
    await auth.sessions.endOthers(req);
    auth.flash.set(res, 'Ended. All other devices have to sign in again.');
    redirect(res, '/sessions');
  });
  router.post('/sessions/:handle/end', requireSignIn, async (req, res) => {
    const ended = await auth.sessions.end(req, req.params.handle);
    if (ended === null) throw new NotFound('No such session of this user');
    if (ended === 'current') return redirect(res, '/sign-out');
    auth.flash.set(res, `Ended. ${short(ended.device.name)} has to sign in again.`);
    redirect(res, '/sessions');
  });
  return router;
}

async function showSessions(
  { auth, send, now }: PageDeps,
  req: Request,
  res: Response,
): Promise<void> {
  const page = pageNumber(req.query.page, MAX_PAGES);
  const offset = (page - 1) * PAGE_SIZE;
  const { sessions, older } = await auth.sessions.list(req, { offset, count: PAGE_SIZE });
  const hasOthers = sessions.some(({ isCurrent }) => !isCurrent);
  const model: SessionsPage = {
    sessions: sessions.map((session) => row(session, now())),
    endOthersAction: hasOthers ? '/sessions/end-others' : null,
    olderHref: older ? `/sessions?page=${page + 1}` : null,
    newerHref: page > 1 ? `/sessions?page=${page - 1}` : null,
  };
  send(req, res, 'sessions', model, { title: 'Sessions', flash: auth.flash.take(req, res) });
}

function row(
  { handle, isCurrent, device, signedInAt, lastUsedAt }: OwnSession,
  now: number,
): SessionsPage['sessions'][number] {
  const used = isCurrent ? 'In use now.' : `Last used ${ago(now - lastUsedAt)}.`;
  return {
    device: short(device.name),
    icon: device.kind,
    current: isCurrent,
    line: `${used} Signed in ${moment(signedInAt).text}.`,
    endAction: `/sessions/${handle}/end`,
  };
}

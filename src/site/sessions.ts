import { type Response, Router } from 'express';
import {
  type GuardedRequest,
  NotFound,
  type OwnSession,
  redirect,
  requireSignIn,
  signedInSession,
} from '../doorstep/index.ts';
import type { PageDeps } from './feature.ts';
import { pageNumber, short } from './format.ts';
import type { Language } from './languages/languages.ts';
import type { Messages } from './languages/translation.ts';
import type { SessionsPage } from './view-models.ts';

const PAGE_SIZE = 20;
/** Far more than anybody may have sessions. */
const MAX_PAGES = 1000;

/** /sessions: the devices where one is signed in; ends one, or all others. */
export function sessionsPage(deps: PageDeps): Router {
  const { auth, languages } = deps;
  const router = Router({ caseSensitive: true });
  router.get('/sessions', requireSignIn, (req, res) => showSessions(deps, req, res));
  router.post('/sessions/end-others', requireSignIn, async (req, res) => {
    await auth.sessions.endOthers(req);
    auth.flash.set(res, languages.of(req).t.sessions.othersEnded);
    redirect(res, '/sessions');
  });
  router.post('/sessions/:handle/end', requireSignIn, async (req, res) => {
    const ended = await auth.sessions.end(req, req.params.handle);
    if (ended === null) throw new NotFound('No such session of this user');
    if (ended === 'current') return redirect(res, '/sign-out');
    const { t } = languages.of(req);
    auth.flash.set(res, t.sessions.ended({ device: deviceName(t, ended.device.name) }));
    redirect(res, '/sessions');
  });
  return router;
}

async function showSessions(
  { auth, send, now, languages }: PageDeps,
  req: GuardedRequest,
  res: Response,
): Promise<void> {
  const language = languages.of(req);
  const page = pageNumber(req.query.page, MAX_PAGES);
  const offset = (page - 1) * PAGE_SIZE;
  const { sessions, older, total } = await auth.sessions.list(req, { offset, count: PAGE_SIZE });
  const { t, moment } = language;
  const { device, signedInAt } = signedInSession(req);
  const model: SessionsPage = {
    total,
    current: {
      device: deviceName(t, device.name),
      icon: device.kind,
      line: t.sessions.inUse({ when: moment(signedInAt) }),
    },
    others: sessions
      .map((session, index) => row(session, { number: offset + index + 1, total }, now(), language))
      .filter((_row, index) => !sessions[index]?.isCurrent),
    endOthersAction: total > 1 ? '/sessions/end-others' : null,
    olderHref: older ? `/sessions?page=${page + 1}` : null,
    newerHref: page > 1 ? `/sessions?page=${page - 1}` : null,
  };
  send(req, res, 'sessions', model, {
    title: ({ sessions }) => sessions.title,
    flash: auth.flash.take(req, res),
    showsTimes: true,
  });
}

function row(
  { handle, device, signedInAt, lastUsedAt }: OwnSession,
  { number, total }: { number: number; total: number },
  now: number,
  { t, ago, moment }: Language,
): SessionsPage['others'][number] {
  const when = moment(signedInAt);
  const name = deviceName(t, device.name);
  return {
    device: name,
    icon: device.kind,
    line: t.sessions.lastUsed({ ago: ago(now - lastUsedAt), when }),
    endAction: `/sessions/${handle}/end`,
    endLabel: t.sessions.endOf({ device: name, at: when.text, number, count: total }),
  };
}

/** Sessions keep it in English: "Safari on macOS", "Unknown browser", "Unknown browser on Linux". */
function deviceName(t: Messages, name: string): string {
  const [browser = '', system = ''] = short(name).split(' on ');
  const known = browser === 'Unknown browser' ? t.sessions.unknownBrowser : browser;
  return system ? t.sessions.device({ browser: known, system }) : known;
}

import type { RequestHandler } from 'express';
import type { SignedIn } from '../doorstep/index.ts';
import type { PageDeps } from './feature.ts';
import { avatarOf, short } from './format.ts';
import type { Messages } from './languages/translation.ts';
import { sessionTimes } from './session-times.ts';
import type { HomeSignedIn } from './view-models.ts';

const cards = (t: Messages): HomeSignedIn['cards'] => [
  { href: '/account', title: t.account.title, line: t.account.card, icon: 'account' },
  { href: '/sessions', title: t.sessions.title, line: t.sessions.card, icon: 'sessions' },
];

/** For this long after a sign-in, the home page counts as the first page. */
const ARRIVAL_MS = 30_000;

/** GET /: the invitation, or who is signed in and until when. It waits for nothing of Logto's. */
export function homePage(deps: PageDeps): RequestHandler {
  const { config, now, auth, send, features, logtoPages, languages } = deps;
  return (req, res) => {
    const principal = req.auth;
    const flash = auth.flash.take(req, res);
    const language = languages.of(req);
    const { t } = language;
    if (!principal.isAuthenticated || !principal.session) {
      const summary = t.home.intro({ app: config.appName });
      const options = { flash, sameForAll: flash === null, summary };
      return send(req, res, 'home', logtoPages.home(), options);
    }
    const model: HomeSignedIn = {
      hasJustArrived: now() - principal.session.signedInAt < ARRIVAL_MS,
      greeting: greeting(t, principal),
      handle: handle(t, principal),
      avatar: avatarOf(principal),
      times: sessionTimes(principal.session, config, now(), language),
      cards: [...cards(t), ...features.map(({ card }) => card(t, req, principal))],
    };
    send(req, res, 'home-signed-in', model, { flash, signOutInHeader: false, showsTimes: true });
  };
}

function greeting(t: Messages, { name, username, huggingFace }: SignedIn): string {
  if (name && short(name)) return t.inside.hello({ name: short(name) });
  const known = short(huggingFace.username ?? username ?? '');
  return known ? t.inside.hello({ name: `@${known}` }) : t.inside.helloNobody;
}

/** "@ada-l on Hugging Face" beside a name; without a name the profile's address. */
function handle(t: Messages, { name, username, huggingFace }: SignedIn): HomeSignedIn['handle'] {
  const profile = huggingFace.profileUrl;
  if (huggingFace.username && name) {
    const text = short(`@${huggingFace.username}`);
    return { text, href: profile, suffix: t.inside.onHuggingFace };
  }
  if (profile) {
    return { text: short(profile.replace(/^https?:\/\//, '')), href: profile, suffix: '' };
  }
  if (username && name) return { text: short(`@${username}`), href: null, suffix: '' };
  const isNamed = Boolean(short(name ?? username ?? ''));
  const text = isNamed ? t.inside.isSignedIn : t.inside.knownByNothing;
  return { text, href: null, suffix: '' };
}

import type { RequestHandler } from 'express';
import type { SignedIn } from '../doorstep/index.ts';
import type { PageDeps } from './feature.ts';
import { avatarOf, short } from './format.ts';
import { sessionTimes } from './session-times.ts';
import type { HomeSignedIn } from './view-models.ts';

const CARDS: HomeSignedIn['cards'] = [
  {
    href: '/account',
    title: 'Account',
    line: 'Your profile, and what this site knows about you.',
    icon: 'account',
  },
  {
    href: '/sessions',
    title: 'Sessions',
    line: 'The devices where you are signed in.',
    icon: 'sessions',
  },
];

/** GET /: the invitation, or who is signed in and until when. It waits for nothing of Logto's. */
export function homePage(deps: PageDeps): RequestHandler {
  const { config, now, auth, send, features, logtoPages } = deps;
  return (req, res) => {
    const principal = req.auth;
    const flash = auth.flash.take(req, res);
    if (!principal.isAuthenticated || !principal.session) {
      const summary = `${config.appName} is a small web app that opens with the Hugging Face account you already have.`;
      const options = { flash, sameForAll: flash === null, summary };
      return send(req, res, 'home', logtoPages.home(), options);
    }
    const model: HomeSignedIn = {
      greeting: greeting(principal),
      handle: handle(principal),
      avatar: avatarOf(principal),
      times: sessionTimes(principal.session, config, now()),
      cards: [...CARDS, ...features.map(({ card }) => card(req, principal))],
    };
    send(req, res, 'home-signed-in', model, { flash, signOutInHeader: false });
  };
}

function greeting({ name, username, huggingFace }: SignedIn): string {
  if (name && short(name)) return `Hello, ${short(name)}`;
  const known = short(huggingFace.username ?? username ?? '');
  return known ? `Hello, @${known}` : 'Hello';
}

/** "@ada-l on Hugging Face" beside a name; without a name the profile's address; else the ID. */
function handle({ sub, name, username, huggingFace }: SignedIn): HomeSignedIn['handle'] {
  const profile = huggingFace.profileUrl;
  if (huggingFace.username && name) {
    const text = short(`@${huggingFace.username}`);
    return { text, href: profile, suffix: 'on Hugging Face, when you first signed in' };
  }
  if (profile) {
    return { text: short(profile.replace(/^https?:\/\//, '')), href: profile, suffix: '' };
  }
  if (username && name) return { text: short(`@${username}`), href: null, suffix: '' };
  return { text: short(`ID ${sub}`), href: null, suffix: '' };
}

import ejs from 'ejs';
import type { Express } from 'express';
import { BASE_URL, HUGGING_FACE, LANGUAGE, VIEWS } from './settings.ts';

/** Who is signed in, from the claims of the ID token. */
export interface Person {
  sub: string;
  name?: string | null | undefined;
  username?: string | null | undefined;
  picture?: string | null | undefined;
  /** Seconds since 1970. */
  iat?: number | undefined;
}

const TWO_DAYS = 2 * 24 * 60 * 60_000;
const TWO_WEEKS = 7 * TWO_DAYS;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

const asset = (file: string) => `/assets/0000000000/${file}`;
const { messages, ...language } = LANGUAGE;
const { home, inside, account, sessions } = messages;
const intro = home.intro.replace('{app}', 'Doorstep');
const BASIC = {
  appName: 'Doorstep',
  title: null,
  demo: false,
  flash: null,
  preview: null,
  showsTimes: false,
  asset,
  language,
  t: { ...messages, home: { ...home, intro: () => intro } },
};
/** How Doorstep's templates are compiled, with what they take from everywhere. */
export const TEMPLATES = {
  localsName: 'page',
  destructuredLocals: ['language', 't'],
  strict: true,
  _with: false,
};

const HANDLE = {
  text: '@ada-l',
  href: `${HUGGING_FACE}/ada-l`,
  suffix: inside.onHuggingFace,
};

/** The model of Doorstep's own home page, made as cheaply as plain code can. */
export function signedInPage(person: Person) {
  const avatar = { picture: person.picture ?? null, initials: initials(person.name ?? '') };
  const begun = (person.iat ?? 0) * 1000;
  return {
    ...BASIC,
    nav: [
      { href: '/account', label: account.title, current: false },
      { href: '/sessions', label: sessions.title, current: false },
    ],
    user: avatar,
    signOutInHeader: false,
    greeting: person.name ? inside.hello.replace('{name}', person.name) : inside.helloNobody,
    showsTimes: true,
    hasJustArrived: false,
    handle: HANDLE,
    avatar,
    times: {
      signedIn: moment(begun),
      idleEnd: moment(Math.min(Date.now() + TWO_DAYS, begun + TWO_WEEKS)),
      absoluteEnd: moment(begun + TWO_WEEKS),
    },
    cards: [
      { href: '/account', title: account.title, line: account.card, icon: 'account' },
      { href: '/sessions', title: sessions.title, line: sessions.card, icon: 'sessions' },
    ],
  };
}

export const signedOutPage = {
  ...BASIC,
  preview: {
    url: `${BASE_URL}/`,
    summary: intro,
    picture: BASE_URL + asset('card.png'),
  },
  nav: [],
  user: null,
  signOutInHeader: false,
  huggingFaceHref: '/sign-in?direct_sign_in=social:huggingface',
  otherWaysHref: '/sign-in',
  signUpHref: '/sign-up',
};

/**
 * Doorstep's own templates over Express's `render` with EJS, compiled once. What tutorials have by
 * default (`with` around every template) costs more than this.
 */
export function useViews(app: Express): void {
  const options = { ...TEMPLATES, cache: true, views: [VIEWS] };
  app.set('views', VIEWS);
  app.set('view engine', 'ejs');
  app.engine('ejs', (path, data, done) => ejs.renderFile(path, data, options, done));
}

function moment(ms: number) {
  const date = new Date(ms);
  const iso = date.toISOString();
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return { iso, text: `${day}, ${iso.slice(11, 16)} UTC` };
}

function initials(name: string): string | null {
  const words = name.split(' ');
  return `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}` || null;
}

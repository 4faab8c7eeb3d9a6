import type { Moment, Sentence } from './languages/messages.ts';
import type { Messages } from './languages/translation.ts';

/** What the templates in views/ are given. One interface a page; `views/NAME.ejs` sees it as `page`. */

/** What every page has around its content. */
export interface Shell {
  appName: string;
  /** Document title without the app's name; the home page has none. */
  title: string | null;
  /** Logto and Hugging Face are the local stand-ins, or those of a demo for anybody: the banner says so. */
  demo: boolean | 'shared';
  /** Empty for visitors and on pages that cannot look anybody up. */
  nav: { href: string; label: string; current: boolean }[];
  /** The signed-in person's face in the header; null for visitors. */
  user: Avatar | null;
  /** The header carries "Sign out" on every page but home, which has it in its card. */
  signOutInHeader: boolean;
  /** A line of good news at the top ("You are signed out."), or null. */
  flash: string | null;
  /** What a link to this page shows where it is shared (https://ogp.me), with whole addresses; null for none. */
  preview: { url: string; summary: string; picture: string } | null;
  /** The page has times, which the browser is to show in its own time zone. */
  showsTimes: boolean;
  /** File in public/ → its address, with a version so that browsers may keep it for ever. */
  asset: (file: string) => string;
}

/** A picture over initials (a broken picture reveals them) over the drawn face. */
export interface Avatar {
  picture: string | null;
  /** One or two letters; null shows the face. */
  initials: string | null;
}

export interface SessionTimes {
  signedIn: Moment;
  idleEnd: Moment;
  absoluteEnd: Moment;
}

export interface HomeSignedOut {
  huggingFaceHref: string;
  /** null, as below: Logto has nothing else to offer there, or it is not known. */
  otherWaysHref: string | null;
  signUpHref: string | null;
  /** Where the form with the e-mail address goes. */
  workEmailAction: string | null;
}

export interface HomeSignedIn {
  /** Right after a sign-in. */
  hasJustArrived: boolean;
  /** "Hello, Ada Lovelace"; "Hello" when neither name nor username is known. */
  greeting: string;
  /** The line under the greeting: the Hugging Face profile where known. */
  handle: { text: string; href: string | null; suffix: string };
  avatar: Avatar;
  times: SessionTimes;
  cards: {
    href: string;
    title: string;
    line: string;
    icon: 'account' | 'sessions' | 'organizations' | 'books' | 'models';
  }[];
}

export interface OrganizationRow {
  /** Its page. */
  href: string;
  name: string;
  initial: string;
  description: string | null;
  roles: string[];
}

export interface OrganizationsPage {
  organizations: (OrganizationRow & { isDefault: boolean })[];
  /** Further ones, a page at a time. */
  previousHref: string | null;
  nextHref: string | null;
  /** False: Logto could not be asked just now, so this is what it said last. */
  isFresh: boolean;
}

export interface OrganizationPage extends OrganizationRow {
  isDefault: boolean;
  isFresh: boolean;
  cards: HomeSignedIn['cards'];
}

export interface AccountPage {
  avatar: Avatar;
  /** Values may be null: "Not shared". */
  profile: { label: string; value: string | null; href: string | null }[];
  /** Else somebody made an account at Logto, or it is not known. */
  isFromHuggingFace: boolean;
  /** null: Logto could not be asked just now. */
  identities: LinkedIdentity[] | null;
  /** null: this site knows no organizations. */
  organizations: OrganizationRow[] | null;
  /** So many more are on the page of organizations. */
  moreOrganizations: number;
  times: SessionTimes;
  claims: {
    name: string;
    meaning: string | null;
    value: string;
    readable: string | Moment | null;
  }[];
  /** Logto's own account pages, those that can do something for this person. */
  accountCenter: { name: keyof Messages['account']['atLogto']; href: string }[];
}

export interface LinkedIdentity {
  title: string;
  initial: string;
  handle: string | null;
  href: string | null;
  organizations: { name: string; href: string | null }[];
}

interface DeviceRow {
  device: string;
  icon: 'laptop' | 'phone' | 'desktop';
  /** "Last used 2 hours ago. Signed in 20 Nov 2026, 18:03 UTC." */
  line: Sentence;
}

export interface SessionsPage {
  /** This one and all others, on whatever page. */
  total: number;
  current: DeviceRow;
  others: (DeviceRow & {
    /** POST here to end it. */
    endAction: string;
    /** What the button does, as no other button does. */
    endLabel: string;
  })[];
  /** POST here to end everything but this one; null when there is nothing else. */
  endOthersAction: string | null;
  /** More than a page holds. */
  olderHref: string | null;
  newerHref: string | null;
}

export interface SignInLinkView {
  /** Whom the link signs in. */
  email: string;
  /** POST there, with `nonce`. */
  action: string;
  nonce: string;
  /** Who is signed in here now; null: nobody. */
  currentName: string | null;
}

export type Illustration = 'ajar' | 'locked' | 'waiting' | 'missing';
export interface ErrorPage {
  heading: string;
  illustration: Illustration;
  /** An intro without a heading (404), or sections "What happened", "What to do". */
  intro: Sentence | null;
  sections: { heading: string; text: Sentence }[];
  action: { label: string; href: string; huggingFace: boolean };
  /** "K7M3-Q2XD", also in the log; null on 404. */
  requestId: string | null;
  /** Machine-readable cause, shown small beside the request id; null on 404. */
  reason: string | null;
}

/** What a permission would have been for: "You can’t add books yet", "Adding books". */
export interface DenialCopy {
  heading: string;
  acting: string;
  /** Label of the way back to the same address. */
  back?: string;
}

/** What an error page says: what happened, what to do, one action. Nothing internal. */
export interface ErrorCopy {
  heading: string;
  illustration: Illustration;
  happened: { heading?: string; text: Sentence } | null;
  intro?: Sentence;
  todo: Sentence | null;
  /** For whoever runs the site. */
  operator?: Sentence;
  action: ErrorPage['action'];
}

export interface ErrorContext {
  /** Where the person was, so that "Try again" tries just that. A path of this site. */
  address: string;
  /** Where a sign-in was to lead that failed at its callback; null for any other request. */
  returnTo: string | null;
  /** Where to connect Hugging Face again and to come back; null where that is not what is missing. */
  connect: string | null;
  /** The request asked for a change and got as far as its handler. */
  mayBeDone: boolean;
  /** What to say of a missing permission, by its name at Logto. */
  denials: Record<string, DenialCopy | undefined>;
}

/** Each page's model, by the name of its template. */
export interface Views {
  home: HomeSignedOut;
  'home-signed-in': HomeSignedIn;
  account: AccountPage;
  sessions: SessionsPage;
  organizations: OrganizationsPage;
  organization: OrganizationPage;
  'sign-out': { signedIn: boolean };
  'sign-in-link': SignInLinkView;
  error: ErrorPage;
}

import { parseCookie } from 'cookie';
import express, { type Request, type RequestHandler } from 'express';
import {
  acceptedLanguage,
  acceptLanguage,
  cookieAttributes,
  InvalidInput,
  redirect,
  returnPath,
} from '../../doorstep/index.ts';
import type { Config } from '../config.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';
import { compile, type MessageSource, type Moment } from './messages.ts';
import type { LanguageSource, Messages } from './translation.ts';

/** Every language that there is, the one for everybody else first. */
export const LANGUAGES: readonly LanguageSource<MessageSource>[] = [en, ja];

/** A language, ready for pages. */
export interface Language extends Omit<LanguageSource, 'messages'> {
  t: Messages;
  /** @param ms Milliseconds since 1970. The words name UTC: a server can't know the reader's zone. */
  moment(ms: number): Moment;
  /** @param ms How long ago, milliseconds. */
  ago(ms: number): string;
  list(items: readonly string[]): string;
  /** Those that a page offers instead. */
  others: { tag: string; name: string }[];
}

export interface Languages {
  /** Of problem JSON, and of whoever prefers none that there is. */
  english: Language;
  /** What the person chose, else what their browser prefers, else English. */
  of(req: Request): Language;
  /** What the person chose; null when they didn't. */
  chosen(req: Request): string | null;
  /** POST /language, behind a check that the request comes from our own pages. */
  choose: RequestHandler[];
}

const MAX_REMEMBERED = 1000;

/** Calls `find` once for each key, and again after a thousand of them. */
function memoize<Key, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const found = find(key);
    known.set(key, found);
    return found;
  };
}

/** Kept on the request itself: with a WeakMap, garbage collection costs more. */
const FOUND = Symbol('language');
declare global {
  namespace Express {
    interface Request {
      [FOUND]?: Language;
    }
  }
}

/** A year: as long as a browser may keep it without seeing the person again. */
const MAX_AGE_MS = 365 * 86_400_000;

/** Each message of each language is compiled here, once. */
export function createLanguages(
  { secure, cookieSuffix, baseUrl }: Pick<Config, 'secure' | 'cookieSuffix' | 'baseUrl'>,
  sources = LANGUAGES,
): Languages {
  const english = languageOf(en, sources);
  const others = sources.filter((source) => source.tag !== en.tag);
  const all = [english, ...others.map((source) => languageOf(source, sources))];
  const byTag = new Map(all.map((language) => [language.tag, language]));
  const tags = [...byTag.keys()];
  const cookie = `${secure ? '__Host-' : ''}doorstep-language${cookieSuffix}`;

  function chosen(req: Request): string | null {
    const header = req.headers.cookie;
    // Nearly nobody has chosen: then the cookies need not be taken apart.
    if (!header?.includes(cookie)) return null;
    const tag = parseCookie(header)[cookie] ?? '';
    return byTag.has(tag) ? tag : null;
  }

  // Browsers send few different ones.
  const tagOf = memoize((header: string) =>
    acceptedLanguage({ headers: { 'accept-language': header } }, tags),
  );
  function accepted(req: Request): string | undefined {
    const header = acceptLanguage(req);
    return header ? tagOf(header) : undefined;
  }

  function find(req: Request): Language {
    return byTag.get(chosen(req) ?? accepted(req) ?? '') ?? english;
  }

  const choose: RequestHandler = (req, res) => {
    const tag: unknown = req.body?.language;
    if (typeof tag !== 'string' || !byTag.has(tag)) {
      throw new InvalidInput({ language: `must be one of ${tags.join(', ')}` });
    }
    res.cookie(cookie, tag, { ...cookieAttributes({ secure }), maxAge: MAX_AGE_MS });
    redirect(res, wayBack(req, baseUrl));
  };

  const form = express.urlencoded({ extended: false, limit: '1kb', parameterLimit: 5 });
  return {
    english,
    chosen,
    choose: [form, choose],
    of(req) {
      req[FOUND] ??= find(req);
      return req[FOUND];
    },
  };
}

/** Where signing in, finishing it or a sign-in link would begin anew. */
const NEVER_BACK_TO = ['/sign-in', '/sign-up', '/callback', '/language'];
/** The page of an opened link: its address holds nothing of the link. */
const OPENED_LINK = '/sign-in/link';

/** The page that the form was on, as browsers say it: `Referrer-Policy: same-origin` lets them. */
function wayBack(req: Request, baseUrl: string): string {
  const referrer = req.get('referer') ?? '';
  if (!URL.canParse(referrer)) return '/';
  const { origin, pathname, search } = new URL(referrer);
  if (origin !== baseUrl) return '/';
  if (pathname === OPENED_LINK && search === '') return OPENED_LINK;
  return returnPath(pathname + search, NEVER_BACK_TO).path;
}

const UNITS = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

function languageOf(
  { messages, ...about }: LanguageSource<MessageSource>,
  all: readonly LanguageSource<MessageSource>[],
): Language {
  const { tag, locale } = about;
  const t = compile<(typeof en)['messages']>(messages, locale);
  const dates = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  });
  // Intl takes a twentieth of a page for three moments, and most are of the same minutes.
  const minute = memoize((minutes: number) => dates.format(minutes * 60_000));
  const relative = new Intl.RelativeTimeFormat(locale);
  const lists = new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' });
  return {
    ...about,
    t,
    moment: (ms) => ({ iso: new Date(ms).toISOString(), text: minute(Math.floor(ms / 60_000)) }),
    ago(ms) {
      const fitting = UNITS.find((candidate) => ms >= candidate.ms);
      return fitting
        ? relative.format(-Math.floor(ms / fitting.ms), fitting.unit)
        : t.common.momentAgo;
    },
    list: (items) => lists.format(items),
    others: all.filter((other) => other.tag !== tag).map(({ tag, name }) => ({ tag, name })),
  };
}

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { OwnSessions } from './access/own-sessions.ts';
import type { AppError } from './errors.ts';
import type { FlashMessages } from './http/flash.ts';
import type { Messages } from './http/messages.ts';
import type { AppData } from './session/session.ts';
import type { RenderSignInLink } from './sign-in/link-page.ts';
import type { OnSignIn } from './sign-in/on-sign-in.ts';
import type { Paths } from './sign-in/paths.ts';
import type { Limits } from './sign-in/rate-limits.ts';

/** What can be told to `doorstep()`. All of it may be left out. */
export interface DoorstepOptions {
  /**
   * The variables LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, SESSION_SECRET, BASE_URL, REDIS_URL
   * and so on. Default: `process.env`.
   *
   * @example await doorstep({ env: { ...process.env, BASE_URL: 'https://app.example.com' } })
   */
  env?: Record<string, string | undefined>;
  /**
   * An ioredis client of your own, in the place of REDIS_URL. The kit's scripts are defined on it, none
   * in the place of a command that it has, and `close()` leaves it open. Set its `commandTimeout`: the kit waits as long as the client does.
   *
   * @example await doorstep({ redis: new Redis(url, { commandTimeout: 1200 }) })
   */
  redis?: Redis | Cluster;
  /**
   * Put before every key in Redis. Default: none. For a Redis Cluster, without braces or with a hash tag
   * (`{shop}:`), which then puts all keys into one slot.
   *
   * `doorstep sessions` wants it as `--prefix shop:`.
   *
   * @example await doorstep({ redisPrefix: 'shop:' })
   */
  redisPrefix?: string;
  /**
   * Other paths for the kit's routes.
   *
   * @example await doorstep({ paths: { signIn: '/login', signOut: '/logout' } })
   */
  paths?: Partial<Paths>;
  /**
   * Where signing out leads, a path of this site. Default: `/`. Register `<BASE_URL><path>` at Logto
   * as post sign-out redirect URI.
   *
   * @example await doorstep({ afterSignOut: '/goodbye' })
   */
  afterSignOut?: string;
  /**
   * How POST `/sign-out` and the button of a sign-in link answer: by a `page` that goes on by itself
   * (the default), which no `form-action` policy of the page with the form can block, or a `redirect`.
   *
   * @example await doorstep({ signOutAnswer: 'redirect' })
   */
  signOutAnswer?: 'page' | 'redirect';
  /**
   * Begins the names of the kit's cookies. Default: `doorstep`.
   *
   * @example await doorstep({ cookieName: 'shop' })
   */
  cookieName?: string;
  /**
   * A pino logger. Default: JSON lines of level `info` on standard output.
   *
   * @example await doorstep({ logger: pino({ level: 'warn' }) })
   */
  logger?: Logger;
  /** For calls to Logto. Default: the global one. @example await doorstep({ fetch: measuredFetch }) */
  fetch?: typeof fetch;
  /** Milliseconds since 1970. Default: `Date.now`. @example await doorstep({ now: () => clock.now }) */
  now?: () => number;
  /**
   * Requests a minute from one address. Default: 60 sign-ins, 120 callbacks.
   *
   * @example await doorstep({ limits: { signIn: 20 } })
   */
  limits?: Partial<Limits>;
  /**
   * Renders errors of the kit, in the place of its plain pages. Status and headers are set by then,
   * and the error is logged.
   *
   * @example await doorstep({ renderError: (error, req, res) => res.render('error', { error }) })
   */
  renderError?: (error: AppError, req: Request, res: Response) => unknown;
  /**
   * Renders the page of a sign-in link, in the place of the kit's plain one: whom the link signs in,
   * who is signed in now, and a form with the field `nonce`. Nothing may frame it.
   *
   * @example
   * await doorstep({ renderSignInLink: (page, req, res) => res.render('sign-in-link', { page }) })
   */
  renderSignInLink?: RenderSignInLink;
  /**
   * The language that a person chose, as a tag (`ja`, `ja-JP`), or null: that of the kit's plain pages,
   * and the first that Logto is asked for. Default, and where the kit has no words in it: what the browser
   * prefers.
   *
   * @example await doorstep({ language: (req) => (req.query.lang === 'ja' ? 'ja' : null) })
   */
  language?: (req: Request) => string | null;
  /**
   * Words in the place of the kit's own, which are there in English and Japanese, on its plain pages
   * and in its flash messages.
   *
   * @example await doorstep({ messages: () => ({ signedOut: 'Vous êtes déconnecté.' }) })
   */
  messages?: (req: Request) => Partial<Messages>;
  /**
   * Whether somebody who has not signed in may have a session: `never` (the default), or
   * `when-written`, as soon as a handler writes to `req.session`. Its data comes along at sign-in.
   *
   * @example await doorstep({ visitorSessions: 'when-written' })
   */
  visitorSessions?: 'never' | 'when-written';
  /**
   * Other origins whose pages may send unsafe requests with the session. Default: none.
   *
   * @example await doorstep({ trustedOrigins: ['https://admin.example.com'] })
   */
  trustedOrigins?: readonly string[];
  /**
   * Called when Logto has confirmed somebody, before the session exists; 5 seconds at most. What it
   * returns becomes keys of `req.session`. Throw {@link SignInDenied} to refuse; the tokens are
   * revoked then, as after any other error.
   *
   * @example
   * await doorstep({
   *   onSignIn: async ({ iss, sub, name }) => ({ userId: (await users.upsert({ iss, sub, name })).id }),
   * })
   */
  onSignIn?: OnSignIn;
  /**
   * Has Logto asked for the account at Hugging Face right after each sign-in, beside the answer, so that
   * `req.auth.huggingFace` knows it from the first pages on. Default: false, when `fetchUserInfo` asks.
   *
   * @example await doorstep({ fetchProfile: true })
   */
  fetchProfile?: boolean;
  /**
   * Permissions of API_RESOURCE to ask for at sign-in. Default: none.
   *
   * @example await doorstep({ apiScopes: ['read:books'] })
   */
  apiScopes?: readonly string[];
  /**
   * Where `auth.bearer` is mounted, in lower case. Default: `/api`. With API_RESOURCE, programs learn at
   * `/.well-known/oauth-protected-resource<apiPath>` which token they need (RFC 9728).
   *
   * @example await doorstep({ apiPath: '/v1' })
   */
  apiPath?: string;
}

/** What `doorstep()` gives: mount `middleware` early and `errorHandler` last. */
export interface Doorstep {
  /**
   * Session, `req.auth`, and the routes of signing in and out.
   *
   * @example app.use(auth.middleware)
   */
  middleware: RequestHandler;
  /**
   * Errors of the kit become plain pages or problem JSON (RFC 9457); all others go on to `next`.
   *
   * @example app.use(auth.errorHandler)
   */
  errorHandler: ErrorRequestHandler;
  /**
   * For an API: `req.auth` by access token, and no cookie is looked at. Put it above `middleware`.
   *
   * @example app.use('/api', auth.bearer, apiRoutes)
   */
  bearer: RequestHandler;
  /** The devices where the person who asks is signed in: list them, end one or all others. */
  sessions: OwnSessions;
  /** A message for the next page, in a sealed cookie. */
  flash: FlashMessages;
  /**
   * Stores what this request has written to `req.session`; `req.session.save()` returns before.
   *
   * @throws {SessionStoreUnavailable} when it can't be known that it is stored.
   * @example
   * req.session.basket = basket;
   * await auth.save(req);
   */
  save(req: Request): Promise<void>;
  /**
   * Changes the app's own keys of the session as it is now, whatever other requests write meanwhile.
   * Resolves when the change is stored. `change` may be called more than once.
   *
   * @returns false for a visitor, and when the session has ended meanwhile.
   * @throws {SessionStoreUnavailable} when it can't be known that the change is stored.
   * @example await auth.updateSession(req, (data) => { data.visits = (data.visits ?? 0) + 1; })
   */
  updateSession(req: Request, change: (data: AppData) => void): Promise<boolean>;
  /** Ends what `doorstep()` has opened. */
  close(): Promise<void>;
}

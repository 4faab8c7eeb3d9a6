import type { Request, Response, Router } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Doorstep, RedisCommands, SignedIn } from '../doorstep/index.ts';
import type { Config } from './config.ts';
import type { Languages } from './languages/languages.ts';
import type { Messages } from './languages/translation.ts';
import type { LogtoPages } from './logto-pages.ts';
import type { DenialCopy, HomeSignedIn, Views } from './view-models.ts';

export interface PageOptions {
  /** In the language of the page. */
  title?: (t: Messages) => string;
  /** The flash message, or null. */
  flash?: string | null;
  /** False where nobody can be looked up: the header then shows the brand only. */
  withUser?: boolean;
  /** Home has "Sign out" in its card. */
  signOutInHeader?: boolean;
  /** True on pages with times, which the browser then shows in its own time zone. */
  showsTimes?: boolean;
  /** True where every visitor is shown the very same: then it is rendered once a language for this model. */
  sameForAll?: boolean;
  /** One sentence for whoever is sent a link to this page. Without one there is no preview of it. */
  summary?: string;
}

/** Renders a page inside what every page has around it. */
export type SendPage = <Name extends keyof Views>(
  req: Request,
  res: Response,
  name: Name,
  model: Views[Name],
  options?: PageOptions,
) => void;

/** As {@link SendPage}, for a page that is sent in parts. @returns HTML. */
export type RenderPage = <Name extends keyof Views>(
  req: Request,
  name: Name,
  model: Views[Name],
  options?: PageOptions,
) => string;

/** What the pages work with. Made once, in app.ts. */
export interface PageDeps {
  config: Config;
  auth: Doorstep;
  redis: RedisCommands;
  logger: Logger;
  now: () => number;
  /** For calls to others. */
  fetch: typeof fetch;
  send: SendPage;
  render: RenderPage;
  logtoPages: LogtoPages;
  languages: Languages;
  features: readonly Feature[];
}

export interface NavigationEntry {
  label(t: Messages): string;
  /** @param req Of somebody who is signed in. */
  href(req: Request): string;
  /** Whether the page at this path is the entry's. */
  covers(path: string): boolean;
}

export type Card = HomeSignedIn['cards'][number];

/** One route of a feature's API. */
export interface ApiOperation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Under /api, as OpenAPI writes it: `/books/{bookId}`. */
  path: string;
  summary: string;
  /** The permission that it takes. */
  scope: string;
  /** What checks the body, where there is one. */
  body?: z.ZodType;
  /** When all is well. */
  answer: { status: number; description: string; schema: z.ZodType };
}

/** A part of the site that may be there or not. app.ts has one line for each. */
export interface Feature {
  /** Permissions of the API that it asks of Logto, and no others (S16). */
  apiScopes: readonly string[];
  /** What a 403 page says of those permissions. */
  denials?(t: Messages): Record<string, DenialCopy>;
  navigation: NavigationEntry;
  /** On the home page. It may cost no command and no call. */
  card(t: Messages, req: Request, principal: SignedIn): Card;
  /** On the page of an organization, where it has something for each. */
  organizationCard?(t: Messages, organizationId: string): Card;
  pages(deps: PageDeps): Router;
  /** Under /api, behind a bearer token. */
  api?(deps: PageDeps): Router;
  /** Its routes, for /api/openapi.json. */
  apiOperations?: readonly ApiOperation[];
}

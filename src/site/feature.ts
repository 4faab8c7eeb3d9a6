import type { Request, Router } from 'express';
import type { SignedIn } from '../doorstep/index.ts';
import type { PageDeps } from './pages.ts';
import type { DenialCopy, HomeSignedIn } from './view-models.ts';

export interface NavigationEntry {
  label: string;
  /** @param req Of somebody who is signed in. */
  href(req: Request): string;
  /** Whether the page at this path is the entry's. */
  covers(path: string): boolean;
}

export type Card = HomeSignedIn['cards'][number];

/** A part of the site that may be there or not. app.ts has one line for each. */
export interface Feature {
  /** Permissions of the API that it asks of Logto, and no others (S16). */
  apiScopes: readonly string[];
  /** What a 403 page says of those permissions. */
  denials?: Record<string, DenialCopy>;
  navigation: NavigationEntry;
  /** On the home page. It may cost no command and no call. */
  card(req: Request, principal: SignedIn): Card;
  /** On the page of an organization, where it has something for each. */
  organizationCard?(organizationId: string): Card;
  pages(deps: PageDeps): Router;
  /** Under /api, behind a bearer token. */
  api?(deps: PageDeps): Router;
}

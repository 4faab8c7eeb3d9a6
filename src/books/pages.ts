import express, { type Request, type Response, Router } from 'express';
import {
  type GuardedRequest,
  InvalidInput,
  organizationOf,
  redirect,
  requireScope,
} from '../doorstep/index.ts';
import type { PageDeps } from '../site/feature.ts';
import { moment, short } from '../site/format.ts';
import { organizationAddress } from '../site/organization-row.ts';
import type { Moment } from '../site/view-models.ts';
import { parseBook, shelfOf } from './shelf.ts';

interface BooksPage {
  /** Whose shelf it is. */
  intro: string;
  /** One's own shelf, and that of each organization; none of it when there is but one. */
  shelves: { label: string; href: string; current: boolean }[];
  books: { title: string; author: string; added: Moment }[];
  /** Only for those who may add books: what was typed, and each field's mistake. */
  form: { action: string; fields: Field[] } | null;
}

interface Field {
  name: string;
  label: string;
  value: string;
  mistake: string | null;
}

declare module '../site/view-models.ts' {
  interface Views {
    books: BooksPage;
  }
}

/** @param organizationId null: the person's own. */
export const addressOf = (organizationId: string | null): string =>
  organizationId === null ? '/books' : `${organizationAddress(organizationId)}/books`;

/** GET and POST /books for one's own shelf, /organizations/ID/books for an organization's. */
export function booksPages(deps: PageDeps): Router {
  const router = Router({ caseSensitive: true });
  const ofOrganizations = deps.config.logto.organizations
    ? ['/organizations/:organizationId/books']
    : [];
  for (const path of [addressOf(null), ...ofOrganizations]) {
    router.get(path, requireScope('read:books'), (req, res) => show(deps, req, res));
    router.post(path, requireScope('write:books'), form, (req, res) => add(deps, req, res));
  }
  return router;
}

const OWN = 'Your own books. Nobody else sees them.';
/** Shelves on one page; the pages of the organizations lead to the others. */
const MAX_SHELVES = 21;
/** Of a title, characters; as many as one may have. */
const MAX_TITLE = 200;
const form = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 10 });

async function add(deps: PageDeps, req: GuardedRequest, res: Response): Promise<void> {
  try {
    const { title } = await shelfOf(deps, req).add(parseBook(req.body));
    deps.auth.flash.set(res, `Added: ${short(title, MAX_TITLE)}`);
    redirect(res, addressOf(organizationOf(req)));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    res.status(error.status);
    await show(deps, req, res, error.fields);
  }
}

async function show(
  deps: PageDeps,
  req: GuardedRequest,
  res: Response,
  mistakes: Record<string, string> = {},
): Promise<void> {
  const organizationId = organizationOf(req);
  const scopes = await req.auth.permissions({ organizationId });
  const books = scopes.has('read:books') ? await shelfOf(deps, req).list() : [];
  const action = addressOf(organizationId);
  const all = await shelves(deps, req, organizationId);
  const owner = all.find(({ current }) => current)?.label;
  const model: BooksPage = {
    intro: organizationId ? `The books that the members of ${owner} share.` : OWN,
    shelves: all,
    books: books.map(({ title, author, addedAt }) => ({
      title: short(title, MAX_TITLE) || 'Untitled',
      author: short(author, MAX_TITLE) || 'Unknown',
      added: moment(addedAt),
    })),
    form: scopes.has('write:books') ? { action, fields: fields(req, mistakes) } : null,
  };
  const flash = deps.auth.flash.take(req, res);
  deps.send(req, res, 'books', model, { title: 'Books', flash });
}

async function shelves(deps: PageDeps, req: GuardedRequest, current: string | null) {
  if (!deps.config.logto.organizations) return [];
  const organizations = await req.auth.knownOrganizations(current ?? undefined);
  const all = [{ id: null, name: 'Your own' }, ...organizations];
  return all
    .filter(({ id }, index) => index < MAX_SHELVES || id === current)
    .map(({ id, name }) => ({
      label: short(name) || short(id ?? '') || 'Unnamed',
      href: addressOf(id),
      current: id === current,
    }));
}

const fields = (req: Request, mistakes: Record<string, string>): Field[] =>
  [
    { name: 'title', label: 'Title' },
    { name: 'author', label: 'Author' },
  ].map(({ name, label }) => {
    const typed: unknown = req.body?.[name];
    const value = typeof typed === 'string' ? typed : '';
    return { name, label, value, mistake: mistakes[name] ?? null };
  });

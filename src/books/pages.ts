import express, { type Request, type Response, Router } from 'express';
import {
  type GuardedRequest,
  InvalidInput,
  organizationOf,
  redirect,
  requireScope,
} from '../doorstep/index.ts';
import type { PageDeps } from '../site/feature.ts';
import { short } from '../site/format.ts';
import type { Sentence } from '../site/languages/messages.ts';
import type { Messages } from '../site/languages/translation.ts';
import { type FormMistakes, mistakesOf } from '../site/mistakes.ts';
import { organizationAddress } from '../site/organization-row.ts';
import { MAX_BOOKS, NewBook, shelfOf } from './shelf.ts';

interface BooksPage {
  /** Whose shelf it is. */
  intro: string;
  /** One's own shelf, and that of each organization; none of it when there is but one. */
  shelves: { label: string; href: string; current: boolean }[];
  books: { title: string; line: Sentence }[];
  action: string;
  /** Only for those who may add books: what was typed, and each field's mistake. */
  fields: Field[] | null;
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

/** Shelves on one page; the pages of the organizations lead to the others. */
const MAX_SHELVES = 21;
/** Of a title, characters; as many as one may have. */
const MAX_TITLE = 200;
const form = express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 10 });

async function add(deps: PageDeps, req: GuardedRequest, res: Response): Promise<void> {
  const { t } = deps.languages.of(req);
  const parsed = NewBook.safeParse(req.body ?? {});
  if (!parsed.success) {
    res.status(422);
    return show(deps, req, res, mistakesOf(t, parsed.error, labels(t)));
  }
  try {
    const { title } = await shelfOf(deps, req).add(parsed.data);
    deps.auth.flash.set(res, t.books.added({ title: short(title, MAX_TITLE) }));
    redirect(res, addressOf(organizationOf(req)));
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    res.status(error.status);
    await show(deps, req, res, { title: t.books.full({ max: MAX_BOOKS }) });
  }
}

async function show(
  deps: PageDeps,
  req: GuardedRequest,
  res: Response,
  mistakes: FormMistakes = {},
): Promise<void> {
  const { t, moment } = deps.languages.of(req);
  const organizationId = organizationOf(req);
  const scopes = await req.auth.permissions({ organizationId });
  const books = scopes.has('read:books') ? await shelfOf(deps, req).list() : [];
  const all = await shelves(deps, req, organizationId);
  const owner = all.find(({ current }) => current)?.label;
  const model: BooksPage = {
    intro: organizationId ? t.books.ofMembers({ owner: owner ?? '' }) : t.books.own,
    shelves: all,
    books: books.map(({ title, author, addedAt }) => ({
      title: short(title, MAX_TITLE) || t.books.untitled,
      line: t.books.by({
        author: short(author, MAX_TITLE) || t.books.unknown,
        when: moment(addedAt),
      }),
    })),
    action: addressOf(organizationId),
    fields: scopes.has('write:books') ? fields(t, req, mistakes) : null,
  };
  const flash = deps.auth.flash.take(req, res);
  deps.send(req, res, 'books', model, {
    title: ({ books }) => books.title,
    flash,
    showsTimes: true,
  });
}

async function shelves(deps: PageDeps, req: GuardedRequest, current: string | null) {
  if (!deps.config.logto.organizations) return [];
  const { t } = deps.languages.of(req);
  const organizations = await req.auth.knownOrganizations(current ?? undefined);
  const all = [{ id: null, name: t.books.yourOwn }, ...organizations];
  return all
    .filter(({ id }, index) => index < MAX_SHELVES || id === current)
    .map(({ id, name }) => ({
      label: short(name) || short(id ?? '') || t.common.unnamed,
      href: addressOf(id),
      current: id === current,
    }));
}

const labels = ({ books }: Messages) => ({ title: books.bookTitle, author: books.author });

const fields = (t: Messages, req: Request, mistakes: FormMistakes): Field[] =>
  Object.entries(labels(t)).map(([name, label]) => {
    const typed: unknown = req.body?.[name];
    const value = typeof typed === 'string' ? typed : '';
    return { name, label, value, mistake: mistakes[name] ?? null };
  });

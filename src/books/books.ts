import { defaultOrganization } from '../site/default-organization.ts';
import type { Card, Feature } from '../site/feature.ts';
import type { Messages } from '../site/languages/translation.ts';
import { booksApi, booksOperations } from './api.ts';
import { addressOf, booksPages } from './pages.ts';

/** The example domain. To take it out, delete this folder and its two lines in app.ts. */
export const books: Feature = {
  apiScopes: ['read:books', 'write:books'],
  denials: ({ books }) => ({ 'read:books': books.read, 'write:books': books.write }),
  navigation: {
    label: ({ books }) => books.title,
    href: (req) => addressOf(defaultOrganization(req)),
    covers: (path) => /^(\/organizations\/[^/]+)?\/books$/.test(path),
  },
  card: (t, req, { organizations }) =>
    card(t, defaultOrganization(req), organizations.length > 0 ? t.books.card : t.books.own),
  organizationCard: (t, id) => card(t, id, t.books.organizationCard),
  pages: booksPages,
  api: booksApi,
  apiOperations: booksOperations,
};

function card({ books }: Messages, organizationId: string | null, own: string): Card {
  const line = organizationId ? books.organizationCard : own;
  return { href: addressOf(organizationId), title: books.title, line, icon: 'books' };
}

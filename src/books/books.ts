import { defaultOrganization } from '../doorstep/session/session.ts';
import type { Card, Feature } from '../site/feature.ts';
import { booksApi } from './api.ts';
import { addressOf, booksPages } from './pages.ts';

/** The example domain. To take it out, delete this folder and its two lines in app.ts. */
export const books: Feature = {
  apiScopes: ['read:books', 'write:books'],
  navigation: {
    label: 'Books',
    href: (session) => addressOf(defaultOrganization(session)),
    covers: (path) => /^(\/organizations\/[^/]+)?\/books$/.test(path),
  },
  card: (session) => card(defaultOrganization(session)),
  organizationCard: card,
  pages: booksPages,
  api: booksApi,
};

function card(organizationId: string | null): Card {
  const line = 'A shared shelf: read, and add if you may.';
  return { href: addressOf(organizationId), title: 'Books', line, icon: 'books' };
}

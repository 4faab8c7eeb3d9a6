import { defaultOrganization } from '../site/default-organization.ts';
import type { Card, Feature } from '../site/feature.ts';
import { booksApi, booksOperations } from './api.ts';
import { addressOf, booksPages } from './pages.ts';

/** The example domain. To take it out, delete this folder and its two lines in app.ts. */
export const books: Feature = {
  apiScopes: ['read:books', 'write:books'],
  denials: {
    'read:books': { heading: 'You can’t see these books yet', acting: 'Seeing books' },
    'write:books': {
      heading: 'You can’t add books yet',
      acting: 'Adding books',
      back: 'Back to Books',
    },
  },
  navigation: {
    label: 'Books',
    href: (req) => addressOf(defaultOrganization(req)),
    covers: (path) => /^(\/organizations\/[^/]+)?\/books$/.test(path),
  },
  card: (req) => card(defaultOrganization(req)),
  organizationCard: card,
  pages: booksPages,
  api: booksApi,
  apiOperations: booksOperations,
};

function card(organizationId: string | null): Card {
  const line = organizationId
    ? 'The books that its members share: read them, and add some if you may.'
    : 'Your own books, and those that your organizations share.';
  return { href: addressOf(organizationId), title: 'Books', line, icon: 'books' };
}

import { Router } from 'express';
import { createApp } from '../../src/app.ts';
import { organizationOf, requireScope, requireSignIn } from '../../src/doorstep/index.ts';
import { defaultOrganization } from '../../src/site/default-organization.ts';
import type { PageDeps } from '../../src/site/feature.ts';
import { organizations } from '../../src/site/organizations.ts';

/** As the set-up makes them at Logto; the demo's people have them by their roles. */
const READ = 'read:books';
const WRITE = 'write:books';

/** One's own and each organization's: they say whose they are. */
function scopedPages(): Router {
  const router = Router();
  for (const path of ['/scoped', '/organizations/:organizationId/scoped']) {
    router.get(path, requireScope(READ), (req, res) => {
      res.send(`of ${organizationOf(req) ?? 'oneself'}`);
    });
    router.post(path, requireScope(WRITE), (_req, res) => void res.send('written'));
  }
  router.get('/default', requireSignIn, (req, res) => void res.json(defaultOrganization(req)));
  return router;
}

/**
 * The real app, with pages behind permissions of the API, and one that tells the default
 * organization: what tests of guards and tokens need, whatever features the site has.
 */
export const withScopedPages: typeof createApp = (deps) => {
  const { pages, apiScopes, organizationCard } = organizations;
  organizations.apiScopes = [READ, WRITE];
  organizations.organizationCard = (id) => {
    return { href: `/organizations/${id}/scoped`, title: 'Scoped', line: '', icon: 'books' };
  };
  organizations.pages = (pageDeps: PageDeps) => scopedPages().use(pages(pageDeps));
  try {
    return createApp(deps);
  } finally {
    organizations.apiScopes = apiScopes;
    organizations.pages = pages;
    if (organizationCard) organizations.organizationCard = organizationCard;
    else delete organizations.organizationCard;
  }
};

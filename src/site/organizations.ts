import { Router } from 'express';
import { callerOf } from '../doorstep/access/caller.ts';
import {
  notAMember,
  person,
  requireOrganization,
  requireSignIn,
} from '../doorstep/access/guards.ts';
import { fetchOrganizations } from '../doorstep/access/organizations.ts';
import { defaultOrganization } from '../doorstep/session/session.ts';
import type { Feature } from './feature.ts';
import type { PageDeps } from './pages.ts';

/** The pages of the organizations that people belong to at Logto. */
export const organizations: Feature = {
  apiScopes: [],
  navigation: {
    label: 'Organizations',
    href: () => '/organizations',
    covers: (path) => /^\/organizations(\/[^/]+)?$/.test(path),
  },
  card: ({ user }) => ({
    href: '/organizations',
    title: 'Organizations',
    line: count(user?.organizations.length ?? 0),
    icon: 'organizations',
  }),
  pages: organizationsPages,
};

function count(organizations: number): string {
  if (organizations === 0) return 'You belong to none yet.';
  return `You belong to ${organizations} organization${organizations === 1 ? '' : 's'}.`;
}

/** The address says which organization a page is about. The session keeps only the default. */
function organizationsPages(deps: PageDeps): Router {
  const { send, notices, features } = deps;
  const router = Router({ caseSensitive: true });

  router.get('/organizations', requireSignIn, async (req, res) => {
    const target = person(req);
    const { organizations, isFresh } = await fetchOrganizations(deps, target);
    const chosen = defaultOrganization(target.session);
    const rows = organizations.map((row) => ({ ...row, isDefault: row.id === chosen }));
    const model = { organizations: rows, isFresh };
    const notice = notices.take(req, res);
    send(req, res, 'organizations', model, { title: 'Organizations', notice });
  });

  router.get('/organizations/:organizationId', requireOrganization(), async (req, res) => {
    const { organizationId } = req.params;
    const target = person(req);
    const { organizations, isFresh } = await fetchOrganizations(deps, target);
    const found = organizations.find(({ id }) => id === organizationId);
    if (!found) throw notAMember(callerOf(req), organizationId);
    const cards = features.flatMap((feature) => feature.organizationCard?.(organizationId) ?? []);
    const isDefault = defaultOrganization(target.session) === organizationId;
    const notice = notices.take(req, res);
    const model = { ...found, isFresh, isDefault, cards };
    send(req, res, 'organization', model, { title: found.name, notice });
  });

  router.post('/organizations/:organizationId/default', requireOrganization(), (req, res) => {
    const { organizationId } = req.params;
    person(req).session.defaultOrganization = organizationId;
    notices.set(res, 'This is your default organization now.');
    res.redirect(303, `/organizations/${organizationId}`);
  });

  router.post('/organizations/:organizationId/not-default', requireOrganization(), (req, res) => {
    delete person(req).session.defaultOrganization;
    notices.set(res, 'You have no default organization now.');
    res.redirect(303, `/organizations/${req.params.organizationId}`);
  });
  return router;
}

import { Router } from 'express';
import { notAMember, redirect, requireOrganization, requireSignIn } from '../doorstep/index.ts';
import { defaultOrganization } from './default-organization.ts';
import type { Feature, PageDeps } from './feature.ts';
import { pageNumber } from './format.ts';
import { organizationAddress, organizationRow } from './organization-row.ts';

const PAGE_SIZE = 20;

/** The pages of the organizations that people belong to at Logto. */
export const organizations: Feature = {
  apiScopes: [],
  navigation: {
    label: (t) => t.organizations.title,
    href: () => '/organizations',
    covers: (path) => /^\/organizations(\/[^/]+)?$/.test(path),
  },
  card: (t, _req, { organizations }) => ({
    href: '/organizations',
    title: t.organizations.title,
    line:
      organizations.length === 0
        ? t.common.noOrganizations
        : t.organizations.card({ count: organizations.length }),
    icon: 'organizations',
  }),
  pages: organizationsPages,
};

/** The address says which organization a page is about. The session keeps only the default. */
function organizationsPages({ auth, send, features, languages }: PageDeps): Router {
  const router = Router({ caseSensitive: true });
  const organizationCards = features.flatMap(({ organizationCard }) => organizationCard ?? []);

  router.get('/organizations', requireSignIn, async (req, res) => {
    const { organizations, isFresh } = await req.auth.fetchOrganizations();
    const { t } = languages.of(req);
    const chosen = defaultOrganization(req);
    const pages = Math.max(1, Math.ceil(organizations.length / PAGE_SIZE));
    const page = pageNumber(req.query.page, pages);
    const rows = organizations
      .slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
      .map((one) => ({ ...organizationRow(t, one), isDefault: one.id === chosen }));
    const model = {
      organizations: rows,
      isFresh,
      nextHref: page < pages ? `/organizations?page=${page + 1}` : null,
      previousHref: page > 1 ? `/organizations?page=${page - 1}` : null,
    };
    const flash = auth.flash.take(req, res);
    send(req, res, 'organizations', model, {
      title: ({ organizations }) => organizations.title,
      flash,
    });
  });

  router.get('/organizations/:organizationId', requireOrganization(), async (req, res) => {
    const { organizationId } = req.params;
    const { organizations, isFresh } = await req.auth.fetchOrganizations();
    const found = organizations.find(({ id }) => id === organizationId);
    if (!found) throw notAMember(req.auth, organizationId);
    const { t } = languages.of(req);
    const cards = organizationCards.map((card) => card(t, organizationId));
    const isDefault = defaultOrganization(req) === organizationId;
    const flash = auth.flash.take(req, res);
    const row = organizationRow(t, found);
    send(
      req,
      res,
      'organization',
      { ...row, isFresh, isDefault, cards },
      { title: () => row.name, flash },
    );
  });

  router.post('/organizations/:organizationId/default', requireOrganization(), async (req, res) => {
    const { organizationId } = req.params;
    await auth.updateSession(req, (data) => {
      data.defaultOrganization = organizationId;
    });
    auth.flash.set(res, languages.of(req).t.organization.defaultNow);
    redirect(res, organizationAddress(organizationId));
  });

  router.post(
    '/organizations/:organizationId/not-default',
    requireOrganization(),
    async (req, res) => {
      await auth.updateSession(req, (data) => {
        delete data.defaultOrganization;
      });
      auth.flash.set(res, languages.of(req).t.organization.noDefaultNow);
      redirect(res, organizationAddress(req.params.organizationId));
    },
  );
  return router;
}

import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../../../src/doorstep/access/bearer.ts';
import {
  requireOrganizationRole,
  requireRole,
  requireScope,
} from '../../../src/doorstep/access/guards.ts';
import { AppError } from '../../../src/doorstep/errors.ts';
import { createLogto } from '../../../src/doorstep/logto/client.ts';
import { API, type Doorstep, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';

/** What test/books/access.test.ts can't try: routes that name an organization, and roles in tokens. */
describe('access tokens and organizations', () => {
  let site: Doorstep;
  const app = express();
  beforeAll(async () => {
    site = await startDoorstep({ environment: WHOLE_SITE });
    const { config } = site;
    const { issuer, apiResource, organizations } = config.logto;
    const logto = createLogto({ config, fetch, now: Date.now });
    const signInPath = '/sign-in';
    const given = { signInPath, issuer, apiResource, organizations };
    const deps = { ...given, membersOf: null, now: Date.now, logto };
    app.use(bearer(deps));
    app.get('/organizations/:organizationId/books', requireScope('read:books'), (_req, res) => {
      res.send('in');
    });
    app.get(
      '/organizations/:organizationId/admin',
      requireOrganizationRole('admin'),
      (_req, res) => {
        res.send('in');
      },
    );
    app.get('/editors', requireRole('editor'), (_req, res) => {
      res.send('in');
    });
    app.get('/scopes', requireRole('editor'), async (req, res) => {
      const scopes = await Promise.all(
        [null, 'a', 'b'].map((organizationId) => req.auth.permissions({ organizationId })),
      );
      res.json(scopes.map(({ size }) => size));
    });
    const tell: express.ErrorRequestHandler = (error, _req, res, _next) => {
      res.send(error instanceof AppError ? error.message : 'broken');
    };
    app.use(tell);
  });
  afterAll(() => site.close());

  const ask = async (path: string, changes: Record<string, unknown>) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: site.logto.issuer, sub: 's', aud: API, iat: now, exp: now + 60 };
    const token = await site.logto.mint({ ...claims, ...changes }, { typ: 'at+jwt' });
    return (await request(app).get(path).set('authorization', `Bearer ${token}`)).text;
  };
  const ofA = { scope: 'read:books', organization_id: 'a' };

  it('a token for one organization counts there only', async () => {
    expect(await ask('/organizations/a/books', ofA)).toBe('in');
    expect(await ask('/organizations/b/books', ofA)).toBe('It takes the organization b');
    expect(await ask('/organizations/a/books', { scope: 'read:books' })).toBe(
      'It takes the organization a',
    );
    expect(await ask('/scopes', { ...ofA, roles: ['editor'] })).toBe('[0,1,0]');
    expect(await ask('/scopes', { scope: 'x y', roles: ['editor'] })).toBe('[2,0,0]');
  });

  it('S17 a token for another audience, or none, is refused', async () => {
    for (const aud of ['https://other.example/api', `${API}/v2`, undefined])
      expect(await ask('/editors', { roles: ['editor'], aud })).toMatch(
        /is for another audience|is invalid/,
      );
  });

  it('roles count where Logto is told to put them into access tokens', async () => {
    expect(await ask('/editors', {})).toBe('It takes the role editor');
    expect(await ask('/editors', { roles: ['editor'] })).toBe('in');
    const admin = '/organizations/a/admin';
    expect(await ask(admin, ofA)).toBe('It takes the organization role admin');
    expect(await ask(admin, { ...ofA, organization_roles: ['b:admin'] })).toMatch(/^It takes/);
    expect(await ask(admin, { ...ofA, organization_roles: ['a:admin'] })).toBe('in');
  });

  it('claims of another form are refused, not guessed at', async () => {
    for (const odd of [{ roles: 'editor' }, { scope: ['read:books'] }, { organization_id: '' }]) {
      expect(await ask('/editors', { roles: ['editor'], ...odd })).toMatch('is invalid');
    }
  });
});

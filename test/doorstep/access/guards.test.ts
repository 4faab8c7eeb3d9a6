import express, { Router } from 'express';
import request from 'supertest';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Caller, scopeSet, setCaller } from '../../../src/doorstep/access/caller.ts';
import {
  type Guard,
  type GuardedRequest,
  person,
  requireOrganization,
  requireOrganizationRole,
  requireRecentSignIn,
  requireRole,
  requireScope,
  requireSignIn,
  type User,
} from '../../../src/doorstep/access/guards.ts';
import { Forbidden, Unauthorized } from '../../../src/doorstep/errors.ts';

const ADA: Caller = {
  kind: 'session',
  iss: 'https://logto.example/oidc',
  sub: 'ada',
  account: '@ada-l',
  roles: ['editor'],
  organizations: [
    { id: 'engines', roles: ['admin'] },
    { id: 'society', roles: ['member'] },
  ],
  sinceAskedSignIn: 4 * 60_000,
  scopes: async (organizationId) =>
    scopeSet(organizationId === 'engines' ? 'read:books write:books' : 'read:books'),
};
const TOKEN: Caller = { ...ADA, kind: 'token', sinceAskedSignIn: Number.POSITIVE_INFINITY };

/** What a guard answers; the refusals told by name. */
async function answerOf(guard: Guard, caller: Caller | null, path = '/page'): Promise<string> {
  const app = express();
  app.use((req, _res, next) => {
    if (caller) setCaller(req, caller);
    next();
  });
  const reached: express.RequestHandler = (_req, res) => void res.send('in');
  app.get(['/page', '/organizations/:organizationId'], guard, reached);
  const tell: express.ErrorRequestHandler = (error, _req, res, _next) => {
    if (error instanceof Forbidden) {
      const { missing, challenge } = error.refusal;
      res.send(`${challenge ? 'api ' : ''}403 ${missing.kind} ${missing.name}`);
    } else if (error instanceof Unauthorized) res.send(`401 ${error.challenge.error}`);
    else res.send(`broken: ${error}`);
  };
  app.use(tell);
  const { status, text, headers } = await request(app).get(path);
  return status === 303 ? `to ${headers.location}` : text;
}

const AT = (id: string) => `/organizations/${id}`;
const SIGN_IN = 'to /sign-in?return_to=%2Fpage';

describe('guards', () => {
  it.each<[string, Guard, Caller | null, string, string]>([
    ['sign-in', requireSignIn, null, '/page', SIGN_IN],
    ['sign-in', requireSignIn, ADA, '/page', 'in'],
    [
      'the way back is exact',
      requireSignIn,
      null,
      '/page?x=1&y=%C3%A9',
      `${SIGN_IN}%3Fx%3D1%26y%3D%25C3%25A9`,
    ],
    ['scope, visitor', requireScope('read:books'), null, '/page', SIGN_IN],
    ['scope', requireScope('read:books'), ADA, '/page', 'in'],
    ['scope, missing', requireScope('write:books'), ADA, '/page', '403 scope write:books'],
    ['scope in an organization', requireScope('write:books'), ADA, AT('engines'), 'in'],
    ['scope in another', requireScope('write:books'), ADA, AT('society'), '403 scope write:books'],
    [
      'scope in a foreign one',
      requireScope('read:books'),
      ADA,
      AT('evil'),
      '403 organization evil',
    ],
    [
      'scope of a token',
      requireScope('write:books'),
      TOKEN,
      AT('society'),
      'api 403 scope write:books',
    ],
    ['role', requireRole('editor'), ADA, '/page', 'in'],
    ['role, missing', requireRole('chief'), ADA, '/page', '403 role chief'],
    ['role, no prefix', requireRole('edit'), ADA, '/page', '403 role edit'],
    ['role, visitor', requireRole('editor'), null, '/page', SIGN_IN],
    ['organization', requireOrganization(), ADA, AT('society'), 'in'],
    ['organization, foreign', requireOrganization(), ADA, AT('evil'), '403 organization evil'],
    [
      'organization, none in the address',
      requireOrganization(),
      ADA,
      '/page',
      '403 organization none',
    ],
    ['organization of a token', requireOrganization(), TOKEN, '/page', 'in'],
    ['organization role', requireOrganizationRole('admin'), ADA, AT('engines'), 'in'],
    [
      'organization role elsewhere',
      requireOrganizationRole('admin'),
      ADA,
      AT('society'),
      '403 organization role admin',
    ],
    [
      'organization role, foreign',
      requireOrganizationRole('admin'),
      ADA,
      AT('evil'),
      '403 organization evil',
    ],
    ['recent', requireRecentSignIn({ minutes: 5 }), ADA, '/page', 'in'],
    ['too long ago', requireRecentSignIn({ minutes: 4 }), ADA, '/page', `${SIGN_IN}&prompt=login`],
    ['recent, visitor', requireRecentSignIn({ minutes: 5 }), null, '/page', SIGN_IN],
    [
      'recent, token',
      requireRecentSignIn({ minutes: 5 }),
      TOKEN,
      '/page',
      '401 insufficient_user_authentication',
    ],
  ])('%s', async (_name, guard, caller, path, expected) => {
    expect(await answerOf(guard, caller, path)).toBe(expected);
  });

  it('a membership that ends while the permission is asked for is told as that', async () => {
    const leaving = { ...ADA, organizations: [...ADA.organizations] };
    leaving.scopes = async () => {
      leaving.organizations.length = 0;
      return scopeSet('');
    };
    const answer = await answerOf(requireScope('read:books'), leaving, AT('engines'));
    expect(answer).toBe('403 organization engines');
  });

  it('a failure to ask lets nobody in', async () => {
    const down = { ...ADA, scopes: () => Promise.reject(new Error('Logto is away')) };
    expect(await answerOf(requireScope('read:books'), down)).toMatch(/^broken/);
  });

  it('after a form, sign-in comes back to the form’s page', async () => {
    const app = express().use(requireSignIn);
    const post = request(app).post('/books');
    const { headers } = await post.set('referer', 'https://here.example/organizations/x/books?a=b');
    expect(headers.location).toBe('/sign-in?return_to=%2Forganizations%2Fx%2Fbooks%3Fa%3Db');
    const bare = await request(app).post('/books').set('referer', 'nonsense');
    expect(bare.headers.location).toBe('/sign-in?return_to=%2F');
  });

  it('the compiler knows who is there behind a guard, and nobody without one', () => {
    const router = Router();
    router.get('/a/:id', requireSignIn, (req) => {
      expectTypeOf(req.user).toEqualTypeOf<User>();
      expectTypeOf(req.user.claims.sub).toEqualTypeOf<string>();
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
    });
    router.post('/b', requireScope('x'), requireRole('y'), express.json(), (req) => {
      expectTypeOf(req.user).toEqualTypeOf<User>();
    });
    router.get('/c', (req) => {
      expectTypeOf(req.user).not.toEqualTypeOf<User>();
    });
    const handler = (_req: GuardedRequest) => {};
    expectTypeOf(handler).not.toExtend<express.RequestHandler>();
  });

  it('a program has no session, and is not taken for a person', async () => {
    const app = express();
    app.use((req, _res, next) => {
      setCaller(req, TOKEN);
      next();
    });
    app.get('/page', requireSignIn, (req, res) => void res.json(person(req)));
    const tell: express.ErrorRequestHandler = (error, _req, res, _next) =>
      void res.send(error.message);
    app.use(tell);
    expect((await request(app).get('/page')).text).toBe('Only a page has a person with a session');
  });
});

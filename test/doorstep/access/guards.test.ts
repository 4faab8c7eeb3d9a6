import express, { Router } from 'express';
import request from 'supertest';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Guard,
  type GuardedRequest,
  requireOrganization,
  requireOrganizationRole,
  requireRecentSignIn,
  requireRole,
  requireScope,
  requireSignIn,
} from '../../../src/doorstep/access/guards.ts';
import {
  requireHuggingFaceOrganization,
  requireHuggingFacePro,
} from '../../../src/doorstep/access/hugging-face-guards.ts';
import {
  type Principal,
  type SignedIn,
  scopeSet,
  setPrincipal,
  signedIn,
  signedInSession,
  visitor,
} from '../../../src/doorstep/access/principal.ts';
import { Forbidden, Unauthorized } from '../../../src/doorstep/errors.ts';
import type { HuggingFaceProfile } from '../../../src/doorstep/hugging-face/profile.ts';

const CLAIMS = { iss: 'https://logto.example/oidc', sub: 'ada', aud: 'app', iat: 0, exp: 0 };
const VISITOR = visitor({ signInPath: '/sign-in', isForeignChange: false });
const never = () => Promise.reject(new Error('Not asked for here'));
const ENGINES = '65a1c0de00000000000a1837';
const SOCIETY = '65a1c0de00000000000a1865';
const UNFINISHED = '65a1c0de00000000000a1900';
const AT_HUGGING_FACE: HuggingFaceProfile = {
  id: '65a1c0de0000000000001815',
  username: 'ada-l',
  name: 'Ada',
  picture: null,
  isPro: true,
  organizations: [
    { id: ENGINES, username: 'renamed', name: 'Engines', role: 'write', isMember: true },
    { id: SOCIETY, username: 'lms', name: 'Engines', role: null, isMember: true },
    { id: UNFINISHED, username: 'sso', name: 'Sso', role: 'admin', isMember: false },
  ],
};
const ADA: SignedIn = {
  isAuthenticated: true,
  signInPath: '/sign-in',
  iss: CLAIMS.iss,
  sub: CLAIMS.sub,
  name: 'Ada',
  username: 'ada-l',
  picture: null,
  claims: CLAIMS,
  huggingFace: {
    username: null,
    profileUrl: null,
    getAccessToken: never,
    profile: async () => AT_HUGGING_FACE,
    organizationId: (handle) => (handle === 'engines' ? ENGINES : null),
  },
  session: { signedInAt: 0, endsAt: 1, device: { name: 'Chrome', kind: 'laptop' } },
  roles: ['editor'],
  organizations: [
    { id: 'engines', roles: ['admin'] },
    { id: 'society', roles: ['member'] },
  ],
  challenge: null,
  freshSignInAgeMs: 4 * 60_000,
  permissions: async ({ organizationId }) =>
    scopeSet(organizationId === 'engines' ? 'read:books write:books' : 'read:books'),
  getAccessToken: never,
  fetchUserInfo: never,
  fetchOrganizations: never,
  knownOrganizations: never,
  toJSON: () => ({ isAuthenticated: true, claims: CLAIMS }),
};
const NOT_PRO: SignedIn = {
  ...ADA,
  huggingFace: { ...ADA.huggingFace, profile: async () => ({ ...AT_HUGGING_FACE, isPro: false }) },
};
const TOKEN: SignedIn = {
  ...ADA,
  session: null,
  challenge: {},
  freshSignInAgeMs: Number.POSITIVE_INFINITY,
};

/** An app that knows who asks; errors are told by name. */
function appFor(principal: Principal, use: (app: express.Express) => void): express.Express {
  const app = express();
  app.use((req, _res, next) => {
    setPrincipal(req, principal);
    next();
  });
  use(app);
  app.use(tell);
  return app;
}

const tell: express.ErrorRequestHandler = (error, _req, res, _next) => {
  if (error instanceof Forbidden) {
    const { missing, challenge } = error.denial;
    res.send(`${challenge ? 'api ' : ''}403 ${missing.kind} ${missing.name}`);
  } else if (error instanceof Unauthorized) res.send(`401 ${error.challenge.error}`);
  else res.send(`broken: ${error.message}`);
};

/** What a guard answers; the denials told by name. */
async function answerOf(guard: Guard, principal: Principal, path = '/page'): Promise<string> {
  const app = appFor(principal, (routes) => {
    routes.get(['/page', '/organizations/:organizationId'], guard, (_req, res) => {
      res.send('in');
    });
  });
  const { status, text, headers } = await request(app).get(path);
  return status === 303 ? `to ${headers.location}` : text;
}

const ofOrganization = requireHuggingFaceOrganization;
const NO_ENGINES = '403 Hugging Face organization';
const AT = (id: string) => `/organizations/${id}`;
const SIGN_IN = 'to /sign-in?return_to=%2Fpage';

describe('S60 guards', () => {
  it.each<[string, Guard, Principal, string, string]>([
    ['sign-in', requireSignIn, VISITOR, '/page', SIGN_IN],
    ['sign-in', requireSignIn, ADA, '/page', 'in'],
    [
      'the way back is exact',
      requireSignIn,
      VISITOR,
      '/page?x=1&y=%C3%A9',
      `${SIGN_IN}%3Fx%3D1%26y%3D%25C3%25A9`,
    ],
    ['scope, visitor', requireScope('read:books'), VISITOR, '/page', SIGN_IN],
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
    ['role, visitor', requireRole('editor'), VISITOR, '/page', SIGN_IN],
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
    ['Hugging Face, visitor', ofOrganization('engines'), VISITOR, '/page', SIGN_IN],
    ['Hugging Face, by the handle', ofOrganization('engines'), ADA, '/page', 'in'],
    ['Hugging Face, by the id', ofOrganization(`any:${SOCIETY}`), ADA, '/page', 'in'],
    [
      'Hugging Face, a handle that only Hugging Face knows',
      ofOrganization('lms'),
      ADA,
      '/page',
      `broken: requireHuggingFaceOrganization('lms') takes its id too: write 'lms:<id>', or name it in HF_ALLOWED_ORGANIZATIONS`,
    ],
    [
      'Hugging Face, another id of the same handle and name',
      ofOrganization('renamed:65a1c0de00000000000affff'),
      ADA,
      '/page',
      `${NO_ENGINES} renamed`,
    ],
    [
      'Hugging Face, single sign-on is still wanted',
      ofOrganization(`sso:${UNFINISHED}`),
      ADA,
      '/page',
      `${NO_ENGINES} sso`,
    ],
    [
      'Hugging Face, a lower role will do',
      ofOrganization('engines', { role: 'contributor' }),
      ADA,
      '/page',
      'in',
    ],
    ['Hugging Face, the role', ofOrganization('engines', { role: 'write' }), ADA, '/page', 'in'],
    [
      'Hugging Face, a higher role',
      ofOrganization('engines', { role: 'admin' }),
      ADA,
      '/page',
      '403 Hugging Face role admin in engines',
    ],
    [
      'Hugging Face, no role',
      ofOrganization(`lms:${SOCIETY}`, { role: 'read' }),
      ADA,
      '/page',
      '403 Hugging Face role read in lms',
    ],
    ['Hugging Face, token', ofOrganization('engines'), TOKEN, '/page', `api ${NO_ENGINES} engines`],
    ['Pro', requireHuggingFacePro(), ADA, '/page', 'in'],
    ['no Pro', requireHuggingFacePro(), NOT_PRO, '/page', '403 Hugging Face subscription Pro'],
    [
      'Pro, token',
      requireHuggingFacePro(),
      TOKEN,
      '/page',
      'api 403 Hugging Face subscription Pro',
    ],
    ['recent', requireRecentSignIn({ minutes: 5 }), ADA, '/page', 'in'],
    ['too long ago', requireRecentSignIn({ minutes: 4 }), ADA, '/page', `${SIGN_IN}&prompt=login`],
    ['recent, visitor', requireRecentSignIn({ minutes: 5 }), VISITOR, '/page', SIGN_IN],
    [
      'recent, token',
      requireRecentSignIn({ minutes: 5 }),
      TOKEN,
      '/page',
      '401 insufficient_user_authentication',
    ],
  ])('%s', async (_name, guard, principal, path, expected) => {
    expect(await answerOf(guard, principal, path)).toBe(expected);
  });

  it('a membership that ends while the permission is asked for is told as that', async () => {
    const organizations = [...ADA.organizations];
    const leaving: SignedIn = {
      ...ADA,
      organizations,
      permissions: async () => {
        organizations.length = 0;
        return scopeSet('');
      },
    };
    const answer = await answerOf(requireScope('read:books'), leaving, AT('engines'));
    expect(answer).toBe('403 organization engines');
  });

  it('a failure to ask lets nobody in', async () => {
    const down = { ...ADA, permissions: () => Promise.reject(new Error('Logto is away')) };
    expect(await answerOf(requireScope('read:books'), down)).toMatch(/^broken/);
    const away = { ...ADA, huggingFace: { ...ADA.huggingFace, profile: never } };
    expect(await answerOf(requireHuggingFacePro(), away)).toMatch(/^broken/);
    expect(await answerOf(ofOrganization('engines'), away)).toMatch(/^broken/);
  });

  it('after a form, sign-in comes back to the form’s page', async () => {
    const app = appFor(VISITOR, (routes) => void routes.use(requireSignIn));
    const post = request(app).post('/books');
    const { headers } = await post.set('referer', 'https://here.example/organizations/x/books?a=b');
    expect(headers.location).toBe('/sign-in?return_to=%2Forganizations%2Fx%2Fbooks%3Fa%3Db');
    const foreign = request(app).post('/books').set('sec-fetch-site', 'cross-site');
    const sent = await foreign.set('referer', 'https://trusted.example/theirs');
    expect(sent.headers.location).toBe('/sign-in?return_to=%2F');
    const bare = await request(app).post('/books').set('referer', 'nonsense');
    expect(bare.headers.location).toBe('/sign-in?return_to=%2F');
  });

  it.each([
    requireSignIn,
    requireScope('read:books'),
    requireRole('editor'),
    requireOrganization(),
    requireOrganizationRole('admin'),
    requireHuggingFaceOrganization('engines'),
    requireHuggingFacePro(),
    requireRecentSignIn({ minutes: 5 }),
  ])('above the middleware it throws, and says what to write', async (guard) => {
    const app = express();
    app.get('/page', guard, (_req, res) => void res.send('in'));
    app.use(tell);
    expect((await request(app).get('/page')).text).toMatch(
      /^broken: This request has no req\.auth: put auth\.middleware .* above the guards$/,
    );
  });

  it('behind router.use(guard), signedIn tells who it is, and throws for a visitor', async () => {
    const use = (routes: express.Express) => {
      routes.get('/page', (req, res) => void res.send(signedIn(req).sub));
    };
    expect((await request(appFor(ADA, use)).get('/page')).text).toBe('ada');
    const visitor = await request(appFor(VISITOR, use)).get('/page');
    expect(visitor.text).toMatch(/^broken: Nobody is signed in here/);
  });

  it('the compiler knows who is there behind a guard, and nobody without one', () => {
    const router = Router();
    router.get('/a/:id', requireSignIn, (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<SignedIn>();
      expectTypeOf(req.auth.claims.sub).toEqualTypeOf<string>();
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
    });
    router.post('/b', requireScope('x'), requireRole('y'), express.json(), (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<SignedIn>();
    });
    router.get('/list/:id', [requireSignIn, requireRole('y')], (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<SignedIn>();
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
    });
    router.get(/^\/pattern/, requireSignIn, (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<SignedIn>();
    });
    router.route('/route/:id').get(requireSignIn, (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<SignedIn>();
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
    });
    router.get('/c', (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<Principal>();
    });
    const handler = (_req: GuardedRequest) => {};
    expectTypeOf(handler).not.toExtend<express.RequestHandler>();
  });

  it('a program has no session, and is not taken for a person', async () => {
    const app = appFor(TOKEN, (routes) => {
      routes.get('/page', requireSignIn, (req, res) => void res.json(signedInSession(req)));
    });
    expect((await request(app).get('/page')).text).toBe(
      'broken: Under the API there is no session: only an access token',
    );
  });
});

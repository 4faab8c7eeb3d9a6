import { createHash } from 'node:crypto';
import express, { type Express } from 'express';
import session from 'express-session';
import { Cluster, Redis } from 'ioredis';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { doorstep } from '../../src/doorstep/doorstep.ts';
import { ConfigError, requireSignIn, SignInDenied, sessionOf } from '../../src/doorstep/index.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import type { Doorstep } from '../../src/doorstep/options.ts';
import { type Browser, createBrowser } from '../demo/browser.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/free-port.ts';
import { type Host, startHost } from '../harness/host.ts';
import { hasRedisServer, startRedisServer } from '../harness/redis-server.ts';
import { startStandIns } from '../harness/stand-ins.ts';

declare module 'express-session' {
  interface SessionData {
    items?: string[];
    userId?: number;
  }
}

const OWN = { 'sec-fetch-site': 'same-origin' };
const FOREIGN = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
const idOf = (browser: Browser, name = 'doorstep') =>
  decodeURIComponent(browser.cookies.find('localhost', name)?.value ?? '').replace(
    /^s:(.*)\..*$/,
    '$1',
  );

/** As the README has it. */
function pages(app: Express, auth: Doorstep): void {
  app.use(auth.middleware);
  app.get('/', (req, res) => {
    res.send(req.auth.isAuthenticated ? `Hello, ${req.auth.name}` : 'Sign in');
  });
  app.get('/private', requireSignIn, (req, res) => void res.send(`Only ${req.auth.sub}`));
  app.post('/order', requireSignIn, (_req, res) => void res.send('ordered'));
  app.post('/webhook', (req, res) => {
    res.json({ isAuthenticated: req.auth.isAuthenticated });
  });
  app.get('/who', (req, res) => {
    res.json({ same: Reflect.get(req, 'user') === req.auth, printed: req.auth });
  });
  app.use(auth.errorHandler);
}

describe('the kit in an app of somebody’s own', () => {
  let host: Host;
  const start = async (...words: Parameters<typeof startHost>) => {
    host = await startHost(...words);
    return host;
  };
  afterEach(async () => {
    vi.useRealTimers();
    await host.close();
  });
  const messages = () => host.logs.map(({ msg }) => msg);

  it('signs in and out: a home that branches, a private page, and back to it', async () => {
    const { url } = await start(pages);
    const browser = createBrowser();
    expect((await browser.get(url)).body).toBe('Sign in');
    const sent = await browser.get(`${url}/private`, { follow: false });
    expect(sent.headers.get('location')).toBe('/sign-in?return_to=%2Fprivate');
    const callback = await host.upToCallback(browser, '/sign-in?return_to=/private');
    expect((await browser.get(callback)).body).toMatch(/^Only /);
    expect((await browser.get(url)).body).toBe('Hello, Ada Lovelace');

    const out = await browser.post(`${url}/sign-out`, {}, { headers: OWN });
    expect(out.status).toBe(200);
    const next = out.headers.get('refresh')?.replace('0;url=', '') ?? '';
    expect(next).toContain(`${host.logto.issuer}/session/end?`);
    expect(out.body).toContain(`<a href="${next.replaceAll('&', '&amp;')}">`);
    expect((await browser.get(next)).url).toMatch(new RegExp(`^${host.logto.endpoint}|^${url}/`));
    expect((await browser.get(url)).body).toBe('Sign in');
  });

  it('req.user is the very same object, and prints what Logto’s samples print', async () => {
    const { url } = await start(pages);
    expect(JSON.parse((await createBrowser().get(`${url}/who`)).body)).toEqual({
      same: true,
      printed: { isAuthenticated: false },
    });
    const browser = await host.signedInBrowser();
    const { same, printed } = JSON.parse((await browser.get(`${url}/who`)).body);
    expect(same).toBe(true);
    expect(Object.keys(printed)).toEqual(['isAuthenticated', 'claims']);
    expect(printed.claims).toMatchObject({ iss: host.logto.issuer, name: 'Ada Lovelace' });
  });

  it('takes what NODE_ENV, LOG_LEVEL and PORT say for the app’s own', async () => {
    const environment = { NODE_ENV: 'staging', LOG_LEVEL: 'trace', PORT: 'none' };
    const { url } = await start(pages, { environment });
    expect((await createBrowser().get(url)).body).toBe('Sign in');
  });

  it('getAccessToken gives a token to call an API with, as the user', async () => {
    await start(
      (app, auth) => {
        app.use(auth.middleware);
        app.get('/token', requireSignIn, async (req, res) => {
          res.send(await req.auth.getAccessToken({ resource: 'https://books.example/api' }));
        });
        app.use('/api', auth.bearer, (req, res) => void res.json(req.auth));
      },
      {
        environment: { API_RESOURCE: 'https://books.example/api' },
        apiScopes: ['read:books'],
      },
    );
    const browser = await host.signedInBrowser();
    const token = (await browser.get(`${host.url}/token`)).body;
    const api = request(host.url).get('/api').set('authorization', `Bearer ${token}`);
    expect((await api).body).toMatchObject({ isAuthenticated: true });
  });

  describe('another session middleware', () => {
    const other = () => session({ secret: 'x', resave: false, saveUninitialized: false });

    it('before it: an error at the first request says how to order them', async () => {
      const { url } = await start((app, auth) => pages(app.use(other()), auth));
      expect((await request(url).get('/')).status).toBe(500);
      expect(messages()).toContainEqual(
        expect.stringMatching(
          /^Another session middleware runs before auth\.middleware: take it out/,
        ),
      );
    });

    it('after it: the same, at a visitor’s first request', async () => {
      const { url } = await start((app, auth) => {
        app.use(auth.middleware);
        app.use(other());
        app.get('/', (_req, res) => void res.send('home'));
        app.use(auth.errorHandler);
      });
      expect((await request(url).get('/')).status).toBe(500);
      expect(messages()).toContainEqual(
        expect.stringMatching(/^Another express-session runs after auth\.middleware: take it out/),
      );
    });
  });

  it.each<[string, (app: Express, auth: Doorstep) => void, RegExp]>([
    [
      'mounted under a path',
      (app, auth) => void app.use('/app', auth.middleware, auth.errorHandler),
      /^auth\.middleware is mounted under \/app: write app\.use\(auth\.middleware\)/,
    ],
    [
      'another req.auth',
      (app, auth) => {
        app.use((req, _res, next) => {
          Object.assign(req, { auth: { token: 'theirs' } });
          next();
        });
        pages(app, auth);
      },
      /^Something before auth\.middleware has set req\.auth/,
    ],
    [
      'a guard without the middleware',
      (app, auth) => {
        app.get('/app', requireSignIn, (_req, res) => void res.send('in'));
        app.use(auth.errorHandler);
      },
      /^This request has no req\.auth: put auth\.middleware/,
    ],
  ])('%s is said at the first request', async (_what, build, said) => {
    const { url } = await start(build);
    const answer = await request(url).get('/app');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('auth.middleware');
    expect(messages()).toContainEqual(expect.stringMatching(said));
  });

  it('S26 a foreign POST opens no session: a visitor’s, without a Redis command; a guard says 403', async () => {
    const { url } = await start(pages);
    const browser = await host.signedInBrowser();
    host.asked.length = 0;
    const webhook = await browser.post(`${url}/webhook`, {}, { headers: FOREIGN });
    expect(JSON.parse(webhook.body)).toEqual({ isAuthenticated: false });
    expect((await request(url).post('/webhook')).body).toEqual({ isAuthenticated: false });
    const guarded = await browser.post(`${url}/order`, {}, { headers: FOREIGN, follow: false });
    expect(guarded.status).toBe(403);
    const out = await browser.post(`${url}/sign-out`, {}, { headers: FOREIGN, follow: false });
    expect(out.status).toBe(403);
    expect(host.asked).toEqual([]);
    expect((await browser.post(`${url}/order`, {}, { headers: OWN })).body).toBe('ordered');
  });

  it('trustedOrigins: pages of another origin that may change things', async () => {
    const admin = 'https://admin.example.com';
    const { url } = await start(pages, { trustedOrigins: [admin] });
    const browser = await host.signedInBrowser();
    const post = (origin: string) =>
      browser.post(
        `${url}/order`,
        {},
        { headers: { 'sec-fetch-site': 'cross-site', origin }, follow: false },
      );
    expect((await post(admin)).body).toBe('ordered');
    expect((await post('https://admin.example.com.evil.example')).status).toBe(403);
    expect((await post('null')).status).toBe(403);
  });

  it.each<[string, express.RequestHandler, number]>([
    ['urlencoded', express.urlencoded(), 200],
    ['json', express.json(), 200],
    ['text', express.text({ type: '*/*' }), 500],
    ['bytes', express.raw({ type: '*/*' }), 500],
  ])(
    'a body parser (%s) before it: back-channel logout works, or says why not',
    async (_what, parser, status) => {
      const { url } = await start((app, auth) => pages(app.use(parser), auth));
      const browser = await host.signedInBrowser();
      const { sub } = host.logs.find(({ event }) => event === 'sign_in.succeeded') ?? {};
      const token = await host.logto.mintLogoutToken({ claims: { sub: String(sub) } });
      const body = new URLSearchParams({ logout_token: token });
      const answer = await fetch(`${url}/backchannel-logout`, { method: 'POST', body });
      expect(answer.status).toBe(status);
      expect((await browser.get(url)).body).toBe(
        status === 200 ? 'Sign in' : 'Hello, Ada Lovelace',
      );
      if (status === 500) {
        expect(messages()).toContainEqual(expect.stringMatching(/put auth\.middleware above it/));
      }
    },
  );

  it.each(['destroy', 'regenerate'] as const)(
    'req.session.%s() of the app ends all of the session: tokens and index too',
    async (method) => {
      const { url } = await start((app, auth) => {
        app.use(auth.middleware);
        app.get('/', (req, res) => void res.send(req.auth.isAuthenticated ? 'in' : 'out'));
        app.post('/end', (req, res) => {
          sessionOf(req)?.[method](() => res.send('ended'));
        });
      });
      const browser = await host.signedInBrowser();
      const id = idOf(browser);
      const keys = async () =>
        (await host.redis.keys('*')).filter((key) => !/^used-state/.test(key));
      expect(await keys()).toHaveLength(4);
      host.logto.resetCalls();
      expect((await browser.post(`${url}/end`, {}, { headers: OWN })).body).toBe('ended');
      expect(await keys()).toEqual([]);
      expect((await browser.get(url)).body).toBe('out');
      expect(id).not.toBe('');
      await eventually(() => expect(host.logto.calls.revocation).toBe(1));
    },
  );

  it('S13 for visitors there is no req.session, and a dead cookie makes no record', async () => {
    const { url } = await start((app, auth) => {
      app.use(auth.middleware);
      app.get('/', (req, res) => void res.json({ hasSession: sessionOf(req) !== undefined }));
    });
    const hasSession = async (browser: Browser) => JSON.parse((await browser.get(url)).body);
    expect(await hasSession(createBrowser())).toEqual({ hasSession: false });
    const browser = await host.signedInBrowser();
    expect(await hasSession(browser)).toEqual({ hasSession: true });
    await host.redis.del(`session:${idOf(browser)}`);
    const dead = await browser.get(url);
    expect(JSON.parse(dead.body)).toEqual({ hasSession: false });
    expect(dead.headers.getSetCookie()).toEqual([]);
    expect(await host.redis.keys('session:*')).toEqual([]);
  });

  describe('errors', () => {
    const cases: [path: string, method: 'get' | 'post', status: number, headers: object][] = [
      ['/sign-in?prompt=none', 'get', 400, {}],
      ['/order', 'post', 403, {}],
      ['/callback', 'post', 405, { allow: 'GET' }],
      ['/api', 'get', 401, { 'www-authenticate': 'Bearer realm="api"' }],
    ];
    const build = (app: Express, auth: Doorstep) => {
      app.use('/api', auth.bearer);
      app.use(auth.middleware);
      app.post('/order', requireSignIn, (_req, res) => void res.send('ordered'));
      app.get('/theirs', () => {
        throw Object.assign(new Error('theirs'), { status: 418 });
      });
    };

    it('of the kit come out with status and headers, by its own handler', async () => {
      const { url } = await start((app, auth) => {
        build(app, auth);
        app.use(auth.errorHandler);
      });
      for (const [path, method, status, headers] of cases) {
        const page = await request(url)[method](path).set('accept', 'text/html');
        expect([path, page.status]).toEqual([path, status]);
        expect(page.headers).toMatchObject({ ...headers, 'cache-control': 'no-store' });
        expect(page.text).toMatch(/<h1>.+<\/h1>[\s\S]*Request ID [0-9A-Z]{4}-[0-9A-Z]{4}/);
        expect(page.text).not.toMatch(/node_modules|\.ts:\d/);
        const problem = await request(url)[method](path).set('accept', 'application/json');
        expect(problem.headers['content-type']).toContain('application/problem+json');
        expect(JSON.parse(problem.text)).toMatchObject({ status, title: expect.any(String) });
      }
      expect((await request(url).get('/theirs')).status).toBe(418);
    });

    it('and by Express’s own', async () => {
      const { url } = await start(build);
      for (const [path, method, status, headers] of cases) {
        const answer = await request(url)[method](path);
        expect([path, answer.status]).toEqual([path, status]);
        expect(answer.headers).toMatchObject(headers);
      }
    });

    it('renderError renders them', async () => {
      const { url } = await start(
        (app, auth) => {
          build(app, auth);
          app.use(auth.errorHandler);
        },
        { renderError: (error, _req, res) => res.send(`mine: ${error.reason}`) },
      );
      const answer = await request(url).post('/order');
      expect([answer.status, answer.text]).toEqual([403, 'mine: cross_site_request']);
    });

    it('C23 an https BASE_URL and a request in the clear: on the kit’s routes, it names trust proxy', async () => {
      const { url } = await start(pages, { environment: { BASE_URL: 'https://app.example.com' } });
      expect((await request(url).get('/')).status).toBe(200);
      expect((await request(url).get('/sign-in')).status).toBe(400);
      expect(messages()).toContainEqual(expect.stringContaining("app.set('trust proxy'"));
    });
  });

  describe('options', () => {
    it('paths and afterSignOut', async () => {
      const { url } = await start(pages, {
        paths: { signIn: '/login', callback: '/back', signOut: '/logout' },
        afterSignOut: '/bye',
        logto: (base) => ({
          client: {
            id: 'test-app',
            secret: 'test-app-secret',
            redirectUris: [`${base}/back`],
            postLogoutRedirectUris: [`${base}/bye`],
          },
        }),
      });
      const browser = createBrowser();
      const sent = await browser.get(`${url}/private`, { follow: false });
      expect(sent.headers.get('location')).toBe('/login?return_to=%2Fprivate');
      await browser.get(await host.upToCallback(browser, '/login?return_to=/logout'));
      expect((await browser.get(url)).body).toBe('Hello, Ada Lovelace');
      const out = await browser.post(`${url}/logout`, {}, { headers: OWN });
      expect(out.headers.get('refresh')).toContain(encodeURIComponent(`${url}/bye`));
      expect((await request(url).get('/sign-in')).status).toBe(404);
    });

    it('redisPrefix stands before every key', async () => {
      await start(pages, { redisPrefix: 'shop:' });
      await host.signedInBrowser();
      const keys = await host.redis.keys('*');
      expect(keys.length).toBeGreaterThan(4);
      for (const key of keys) expect(key).toMatch(/^shop:/);
    });

    it('cookieName begins the names of all cookies', async () => {
      const { url } = await start(pages, { cookieName: 'shop' });
      const browser = await host.signedInBrowser();
      await browser.get(`${url}/sign-in`, { follow: false });
      const names = browser.cookies.all('localhost').map(({ name }) => name);
      const ours = names.filter((name) => !/^_|\.sig$|^hf/.test(name));
      expect(ours.length).toBeGreaterThanOrEqual(2);
      expect(ours.filter((name) => /^doorstep/.test(name))).toEqual([]);
      expect(ours.filter((name) => /^shop/.test(name)).length).toBeGreaterThanOrEqual(2);
    });

    it('signOutAnswer: a redirect', async () => {
      const { url } = await start(pages, { signOutAnswer: 'redirect' });
      const browser = await host.signedInBrowser();
      const out = await browser.post(`${url}/sign-out`, {}, { headers: OWN, follow: false });
      expect(out.status).toBe(303);
    });

    it('limits: of sign-ins a minute', async () => {
      const { url } = await start(pages, { limits: { signIn: 2 } });
      const statuses = [];
      for (let n = 0; n < 3; n += 1) statuses.push((await request(url).get('/sign-in')).status);
      expect(statuses).toEqual([303, 303, 429]);
    });

    it('onSignIn gives the session its keys', async () => {
      const seen: unknown[] = [];
      await start(
        (app, auth) => {
          app.use(auth.middleware);
          app.get('/', (req, res) => void res.json(sessionOf(req)?.userId));
        },
        {
          onSignIn: async ({ iss, sub, name, claims }) => {
            seen.push([iss, name, claims.sub === sub]);
            return { userId: 7 };
          },
        },
      );
      const browser = await host.signedInBrowser();
      expect((await browser.get(host.url)).body).toBe('7');
      expect(seen).toEqual([[host.logto.issuer, 'Ada Lovelace', true]]);
    });

    it.each<[string, () => never, number]>([
      [
        'a denial',
        () => {
          throw new SignInDenied('Only members of Acme may sign in.');
        },
        403,
      ],
      [
        'any other error',
        () => {
          throw new TypeError('users is not a table');
        },
        500,
      ],
    ])(
      'onSignIn that throws %s: no session, and the tokens are revoked',
      async (_what, onSignIn, status) => {
        const { url } = await start(pages, { onSignIn });
        const browser = createBrowser();
        const callback = await host.upToCallback(browser);
        host.logto.resetCalls();
        const page = await browser.get(callback, { headers: { accept: 'text/html' } });
        expect(page.status).toBe(status);
        if (status === 403) expect(page.body).toContain('Only members of Acme may sign in.');
        expect((await browser.get(url)).body).toBe('Sign in');
        expect(await host.redis.keys('session*')).toEqual([]);
        await eventually(() => expect(host.logto.calls.revocation).toBe(1));
      },
    );

    it('visitorSessions when-written: a basket comes along, under a new id', async () => {
      const { url } = await start(
        (app, auth) => {
          app.use(auth.middleware);
          app.get('/', (req, res) => {
            res.json({ items: sessionOf(req)?.items ?? [], in: req.auth.isAuthenticated });
          });
          app.post('/basket', async (req, res) => {
            const kept = sessionOf(req);
            if (kept) kept.items = [...(kept.items ?? []), 'book'];
            await auth.save(req);
            res.send('kept');
          });
        },
        { visitorSessions: 'when-written' },
      );
      const browser = createBrowser();
      const look = async () => JSON.parse((await browser.get(url)).body);
      await look();
      expect(idOf(browser)).toBe('');
      expect(await host.redis.keys('*')).toEqual([]);
      await browser.post(`${url}/basket`, {}, { headers: OWN });
      await browser.post(`${url}/basket`, {}, { headers: OWN });
      expect(await look()).toEqual({ items: ['book', 'book'], in: false });
      const before = idOf(browser);
      await browser.get(await host.upToCallback(browser));
      expect(await look()).toEqual({ items: ['book', 'book'], in: true });
      expect(idOf(browser)).not.toBe(before);
      expect(await host.redis.keys(`session:${before}`)).toEqual([]);
      // Signed out, the basket is gone; signed in again as anybody, it doesn't come back.
      await browser.post(`${url}/sign-out`, {}, { headers: OWN });
      expect(await look()).toEqual({ items: [], in: false });
    });

    it('updateSession and save: stored when they resolve', async () => {
      const { url } = await start((app, auth) => {
        app.use(auth.middleware);
        app.post('/visit', async (req, res) => {
          const changed = await auth.updateSession(req, (data) => {
            data.items = [...(data.items ?? []), 'visit'];
          });
          res.json({ changed, items: sessionOf(req)?.items ?? null });
        });
      });
      const visit = async (browser: Browser) =>
        JSON.parse((await browser.post(`${url}/visit`, {}, { headers: OWN })).body);
      expect(await visit(createBrowser())).toEqual({ changed: false, items: null });
      const browser = await host.signedInBrowser();
      await Promise.all([visit(browser), visit(browser), visit(browser)]);
      expect(await visit(browser)).toEqual({ changed: true, items: Array(4).fill('visit') });
    });
  });
});

describe('await doorstep()', () => {
  const silent = createLogger('silent');

  it('rejects for a wrong configuration, and names every mistake', async () => {
    const failed = doorstep({ env: { BASE_URL: 'ftp://x' }, logger: silent });
    await expect(failed).rejects.toBeInstanceOf(ConfigError);
    await expect(failed).rejects.toThrow(
      /LOGTO_ENDPOINT is missing[\s\S]*SESSION_SECRET is missing/,
    );
  });

  it('with Redis away it goes on after a command’s time', async () => {
    const standIns = await startStandIns('http://localhost:1');
    const env = { ...standIns.environment, REDIS_URL: `redis://localhost:${await freePort()}` };
    const auth = await doorstep({ env, logger: silent });
    const app = express().use(auth.middleware);
    app.get('/', (req, res) => void res.send(req.auth.isAuthenticated ? 'in' : 'out'));
    expect((await request(app).get('/')).text).toBe('out');
    await auth.close();
    await standIns.close();
  });

  it.skipIf(!hasRedisServer)(
    'takes an ioredis client of the app’s own, and leaves it open',
    async () => {
      const server = await startRedisServer();
      const own = new Redis(server.url, { commandTimeout: 1200 });
      const standIns = await startStandIns('http://localhost:1');
      const auth = await doorstep({ env: standIns.environment, redis: own, logger: silent });
      const app = express().use(auth.middleware);
      app.get('/', (req, res) => void res.send(req.auth.isAuthenticated ? 'in' : 'out'));
      const id = createHash('sha256').update('x').digest('base64url');
      expect((await request(app).get('/').set('cookie', `doorstep=s%3A${id}.x`)).text).toBe('out');
      await auth.close();
      expect(await own.ping()).toBe('PONG');
      own.disconnect();
      await standIns.close();
      await server.close();
    },
  );

  const clusterOf = (keyPrefix: string) => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { keyPrefix, lazyConnect: true });
    cluster.on('error', () => {});
    return cluster;
  };

  it.each([
    ['', 'a{b:'],
    ['', '{a'],
    ['all:', '{s'],
    ['', '{}:'],
    ['', 'x{}y:'],
    ['', 'a}b:'],
    ['all:{', 's:'],
  ])(
    'S84 with %j and %j before its keys, a cluster is refused at the start',
    async (keyPrefix, redisPrefix) => {
      const standIns = await startStandIns('http://localhost:1');
      const { environment } = standIns;
      const start = { logger: silent, redisPrefix };
      const redis = clusterOf(keyPrefix);
      const said = /before the keys of a Redis Cluster/;
      const started = doorstep({ ...start, env: environment, redis });
      await expect(started).rejects.toThrow(said);
      await expect(started).rejects.toBeInstanceOf(ConfigError);
      redis.disconnect();
      if (keyPrefix === '') {
        const env = { ...environment, REDIS_MODE: 'cluster', REDIS_URL: 'redis://127.0.0.1:1' };
        await expect(doorstep({ ...start, env })).rejects.toThrow(said);
      }
      await standIns.close();
    },
  );

  it.each([
    ['', ''],
    ['all:', 'shop:'],
    ['all:', '{shop}:'],
    ['{all}:', '{s'],
    ['a{', 'b}:'],
  ])('S84 with %j and %j before its keys, a cluster is taken', async (keyPrefix, redisPrefix) => {
    const standIns = await startStandIns('http://localhost:1');
    const redis = clusterOf(keyPrefix);
    const start = { env: standIns.environment, logger: silent, redis, redisPrefix };
    await (await doorstep(start)).close();
    redis.disconnect();
    await standIns.close();
  });

  it('S84 one Redis takes any prefix', async () => {
    const standIns = await startStandIns('http://localhost:1');
    const redis = new Redis({ lazyConnect: true });
    const start = { env: standIns.environment, logger: silent, redis, redisPrefix: 'a{b:' };
    await (await doorstep(start)).close();
    redis.disconnect();
    await standIns.close();
  });

  it('S85 a command of the app’s own client keeps what it does: the kit says so instead', async () => {
    const standIns = await startStandIns('http://localhost:1');
    const start = { env: standIns.environment, logger: silent };
    const redis = new Redis({ lazyConnect: true });
    redis.defineCommand('createSession', { numberOfKeys: 1, lua: 'return "theirs"' });
    const theirs = redis.createSession;
    await expect(doorstep({ ...start, redis })).rejects.toThrow(
      /^The ioredis client has a command createSession of its own/,
    );
    expect(redis.createSession).toBe(theirs);
    expect(Reflect.get(redis, 'endSession')).toBeUndefined();
    redis.disconnect();

    const shared = new Redis({ lazyConnect: true });
    for (const redisPrefix of ['one:', 'two:'])
      await (await doorstep({ ...start, redis: shared, redisPrefix })).close();
    shared.disconnect();
    await standIns.close();
  });
});

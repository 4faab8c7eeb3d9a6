import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { reasonOn } from '../harness/people.ts';

const problem = (properties: object) => Object.assign(new Error('secret inside'), properties);

describe('errors of code that was built onto this', () => {
  let app: Doorstep;
  let thrown: unknown;
  let spoil: 'auth' | 'accepts' | null = null;
  beforeAll(async () => {
    app = await startDoorstep({
      createApp: (deps) =>
        createApp({
          ...deps,
          observe: (req, _res, next) => {
            if (req.path !== '/extended') return next();
            if (spoil) {
              Object.defineProperty(req, spoil, {
                get() {
                  throw new Error(`at /srv/secret/${spoil}.ts`);
                },
              });
            }
            next(thrown);
          },
        }),
    });
  });
  afterEach(() => {
    spoil = null;
    app.logs.length = 0;
  });
  afterAll(() => app.close());

  const ask = (accept = 'text/html') =>
    app.browser().get(`${app.url}/extended`, { headers: { accept } });

  it.each([
    [409, problem({ status: 409 })],
    [402, problem({ statusCode: 402, type: 'StripeCardError' })],
    [418, { status: 418 }],
    [451, problem({ status: 451, message: 'quoted <b>' })],
  ])('C50 %i keeps its status, is logged, and looks like ours', async (status, error) => {
    thrown = error;
    const page = await ask();
    expect([page.status, reasonOn(page)]).toEqual([status, 'http_error']);
    expect(page.body).toContain('That can’t be done');
    expect(page.body).not.toMatch(/secret inside|quoted/);
    expect(app.logs).toMatchObject([{ event: 'request.failed', level: 40, reason: 'http_error' }]);
    const json = await ask('application/json');
    expect(JSON.parse(json.body)).toMatchObject({ status, reason: 'http_error' });
  });

  it.each([
    [500, problem({})],
    [501, problem({ status: 501 })],
    [503, problem({ statusCode: 503, headers: { 'Retry-After': 7, 'Set-Cookie': 'a=b', X: [] } })],
    [500, problem({ status: 200 })],
    [500, problem({ status: 999 })],
    [500, problem({ status: '404' })],
    [500, 'a string'],
    [500, 0.5],
  ])(
    'C50 %i of other code is logged with its cause, and stays what it is',
    async (status, error) => {
      thrown = error;
      const page = await ask();
      expect([page.status, reasonOn(page)]).toEqual([status, 'unexpected']);
      expect(page.headers.get('retry-after')).toBe(status === 503 ? '7' : null);
      expect(page.headers.getSetCookie()).toEqual([]);
      expect(app.logs).toMatchObject([{ level: 50, reason: 'unexpected' }]);
    },
  );

  it('C50 its headers go out, but for those that would split the answer', async () => {
    thrown = problem({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="x"', allow: 'a\r\nset-cookie: x=y' },
    });
    const page = await ask();
    expect(page.headers.get('www-authenticate')).toBe('Basic realm="x"');
    expect(page.headers.get('allow')).toBeNull();
  });

  it('C50 its headers may be several', async () => {
    thrown = problem({
      status: 401,
      headers: { 'WWW-Authenticate': ['Basic realm="x"', 'Bearer'] },
    });
    expect((await ask()).headers.get('www-authenticate')).toBe('Basic realm="x", Bearer');
  });

  it('C50 one that is its own cause, or as long as a book, takes a short line', async () => {
    const cyclic = problem({ status: 409 });
    cyclic.cause = cyclic;
    const long = new Error('y'.repeat(1_000_000), { cause: new Error('z'.repeat(1_000_000)) });
    for (const [status, error] of [
      [409, cyclic],
      [500, long],
    ] as const) {
      thrown = error;
      expect((await ask()).status).toBe(status);
      expect(app.logs).toMatchObject([{ event: 'request.failed' }]);
      expect(JSON.stringify(app.logs).length).toBeLessThan(30_000);
      app.logs.length = 0;
    }
  });

  it('C50 a 404 of other code is the page for it', async () => {
    thrown = problem({ status: 404 });
    const page = await ask();
    expect(page.status).toBe(404);
    expect(page.body).toContain('There is no page here');
  });

  it.each(['auth', 'accepts'] as const)(
    'C50 when no error page can be made (req.%s throws), a last page answers',
    async (name) => {
      thrown = problem({ status: 409 });
      spoil = name;
      const page = await ask();
      expect(page.status).toBeGreaterThanOrEqual(400);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toBeTruthy();
      expect(page.body).toContain('Something broke on our side');
      expect(page.body).not.toMatch(/secret|stack|\bat\b|node_modules/);
      const [, requestId] = /Request ID ([0-9A-Z-]{9})/.exec(page.body) ?? [];
      expect(app.logs).toContainEqual(
        expect.objectContaining({ event: 'error_page.failed', requestId, level: 50 }),
      );
    },
  );
});

import { createHmac } from 'node:crypto';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../demo/browser.ts';
import { API, CLIENT, type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { ENGINES, MATHEMATICIANS, member, signedInWith } from '../harness/people-at-logto.ts';
import { hasRedisServer } from '../harness/redis-server.ts';

const BOOK = { title: 'Physical Geography', author: 'Mary Somerville' };
const SIGN_IN = 303.1;
const ADDED = 303.2;

let app: Doorstep;
beforeAll(async () => {
  app = await startDoorstep({ environment: WHOLE_SITE });
});
afterAll(() => app.close());

describe('who may do what on the pages', () => {
  const shelf = `/organizations/${MATHEMATICIANS}/books`;
  const ROUTES = [
    'GET /books',
    'POST /books',
    `GET ${shelf}`,
    `POST ${shelf}`,
    'GET /organizations',
    `GET /organizations/${MATHEMATICIANS}`,
  ];
  const reader = ['reader'];
  const editor = ['editor'];

  const PEOPLE: [
    string,
    { roles?: string[]; organizations?: ReturnType<typeof member>[] } | null,
    number[],
  ][] = [
    ['signed out', null, [SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN, SIGN_IN]],
    ['no scope', { roles: [] }, [403, 403, 403, 403, 200, 403]],
    ['read', { roles: reader }, [200, 403, 403, 403, 200, 403]],
    ['editor role', { roles: editor }, [200, ADDED, 403, 403, 200, 403]],
    [
      'member',
      { roles: reader, organizations: [member(MATHEMATICIANS)] },
      [200, 403, 200, 403, 200, 200],
    ],
    [
      'member without scope',
      { roles: [], organizations: [member(MATHEMATICIANS)] },
      [403, 403, 403, 403, 200, 200],
    ],
    [
      'member and editor',
      { roles: editor, organizations: [member(MATHEMATICIANS)] },
      [200, ADDED, 200, ADDED, 200, 200],
    ],
    [
      'admin',
      { roles: reader, organizations: [member(MATHEMATICIANS, ['admin'])] },
      [200, 403, 200, ADDED, 200, 200],
    ],
    [
      'admin of another',
      { roles: reader, organizations: [member(ENGINES, ['admin'])] },
      [200, 403, 403, 403, 200, 403],
    ],
    [
      'member here, admin there',
      { roles: reader, organizations: [member(MATHEMATICIANS), member(ENGINES, ['admin'])] },
      [200, 403, 200, 403, 200, 200],
    ],
  ];

  const visit = async (browser: Browser, route: string): Promise<number> => {
    const [method, path = ''] = route.split(' ');
    const stay = { follow: false };
    const page =
      method === 'GET'
        ? await browser.get(app.url + path, stay)
        : await browser.post(app.url + path, BOOK, { ...stay, headers: { origin: app.url } });
    if (page.status !== 303) return page.status;
    return page.headers.get('location')?.startsWith('/sign-in?return_to=') ? SIGN_IN : ADDED;
  };

  it.each(PEOPLE)('%s', async (name, rights, expected) => {
    const username = name.replaceAll(/\W/g, '_');
    const { browser } = rights
      ? await signedInWith(app, username, rights)
      : { browser: app.browser() };
    const found: Record<string, number> = {};
    for (const route of ROUTES) found[route] = await visit(browser, route);
    expect(found).toEqual(Object.fromEntries(ROUTES.map((route, at) => [route, expected[at]])));
  });

  it('a page shows only what the person may do, and a refusal what is missing', async () => {
    const { browser } = await signedInWith(app, 'only_reads', { roles: reader });
    expect((await browser.get(`${app.url}/books`)).body).not.toContain('Add a book');
    const refused = await browser.post(`${app.url}/books`, BOOK);
    expect(refused.body).toContain('You can’t add books yet');
    expect(refused.body).toContain('<code>write:books</code>');
    expect(refused.body).toContain('@only_reads');
    expect(refused.headers.get('www-authenticate')).toBeNull();
  });
});

it('S16 the permissions of books are asked for with API_RESOURCE, and not without', async () => {
  const permissionsAskedBy = async (asking: Doorstep) => {
    const { headers } = await asking.browser().get(`${asking.url}/sign-in`, { follow: false });
    const scopes = new URL(headers.get('location') ?? '').searchParams.get('scope')?.split(' ');
    return scopes?.filter((scope) => scope.endsWith(':books')).sort();
  };
  expect(await permissionsAskedBy(app)).toEqual(['read:books', 'write:books']);
  const without = await startDoorstep({ environment: { LOGTO_ORGANIZATIONS: 'true' } });
  expect(await permissionsAskedBy(without)).toEqual([]);
  await without.close();
});

describe('who may do what under /api', () => {
  const claims = (changes: Record<string, unknown> = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: app.logto.issuer,
      sub: 'somebody',
      aud: API,
      iat: now,
      exp: now + 3600,
      client_id: CLIENT.id,
      scope: 'read:books write:books',
      ...changes,
    };
  };
  const access = (changes?: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    app.logto.mint(claims(changes), { typ: 'at+jwt', ...header });
  const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

  const ask = (method: string, headers: Record<string, string>, path = '/api/books') =>
    fetch(app.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body: JSON.stringify(BOOK) }),
    });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  const outcome = async (response: Response) => {
    const error = response.headers.get('www-authenticate')?.match(/error="(\w+)"/)?.[1];
    return error ? `${response.status} ${error}` : `${response.status}`;
  };

  const organization = `urn:logto:organization:${MATHEMATICIANS}`;
  const forged = async () => {
    const { privateKey } = await generateKeyPair('ES384');
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt' })
      .sign(privateKey);
  };
  /** The classic: the public key, which anybody can read, taken for a shared secret. */
  const symmetric = async () => {
    const { keys } = JSON.parse(await (await fetch(`${app.logto.issuer}/jwks`)).text());
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = part({ alg: 'HS256', typ: 'at+jwt', kid: keys[0].kid });
    const signed = `${head}.${part(claims())}`;
    const secret = JSON.stringify(keys[0]);
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const unsigned = async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims())}.`;
  };

  const NO = ['401 invalid_token', '401 invalid_token'];
  const LACKS = '403 insufficient_scope';
  const TOKENS: [string, () => Promise<string>, string[]][] = [
    ['no scope', () => access({ scope: '' }), [LACKS, LACKS]],
    ['no scope claim', () => access({ scope: undefined }), [LACKS, LACKS]],
    ['read', () => access({ scope: 'read:books' }), ['200', LACKS]],
    ['write', () => access({ scope: 'write:books' }), [LACKS, '201']],
    ['read and write', () => access(), ['200', '201']],
    ['a scope that only begins so', () => access({ scope: 'read:booksellers' }), [LACKS, LACKS]],
    ['several audiences, ours among them', () => access({ aud: ['x', API] }), ['200', '201']],
    ['asked for by another application', () => access({ client_id: 'a-script' }), ['200', '201']],
    ['for an organization', () => access({ organization_id: MATHEMATICIANS }), ['200', '201']],
    ['organization audience', () => access({ aud: organization }), ['200', '201']],
    [
      'organization audience, its own scopes',
      () => access({ aud: organization, scope: 'invite:member' }),
      [LACKS, LACKS],
    ],
    ['organization audience without id', () => access({ aud: 'urn:logto:organization:' }), NO],
    ['organization audience beside a stranger', () => access({ aud: [organization, 'x'] }), NO],
    ['a little late', () => access({ exp: ago(10) }), ['200', '201']],
    ['expired', () => access({ exp: ago(60) }), NO],
    ['without an end', () => access({ exp: undefined }), NO],
    ['not valid yet', () => access({ nbf: ago(-120) }), NO],
    ['S17 wrong audience', () => access({ aud: 'https://other.example/api' }), NO],
    ['S17 audience that begins like ours', () => access({ aud: `${API}/v2` }), NO],
    ['S17 no audience', () => access({ aud: undefined }), NO],
    [
      'of another application, for its own API',
      () => access({ aud: 'other-app', client_id: 'other-app' }),
      NO,
    ],
    ['wrong issuer', () => access({ iss: 'https://evil.example/oidc' }), NO],
    ['no issuer', () => access({ iss: undefined }), NO],
    ['no subject', () => access({ sub: undefined }), NO],
    ['S22 wrong algorithm: HS256 with the public key', symmetric, NO],
    ['S22 wrong algorithm: none', unsigned, NO],
    ['signed by somebody else', forged, NO],
    ['ID token of this application', () => app.logto.mint(claims({ aud: CLIENT.id })), NO],
    ['ID token of another application', () => app.logto.mint(claims({ aud: 'other-app' })), NO],
    ['ID token with our audience', () => app.logto.mint(claims()), NO],
    ['logout token', () => access({}, { typ: 'logout+jwt' }), NO],
    ['opaque token', async () => 'jlmkX0_-aE6Nu2S0J7uhIjtyC7ZjeeJQu-JBV0JaCcX', NO],
    ['no token at all', async () => '', ['401', '401']],
  ];

  it.each(TOKENS)('%s', async (_name, token, expected) => {
    const headers = bearer(await token());
    const found = [await ask('GET', headers), await ask('POST', headers)];
    expect(await Promise.all(found.map(outcome))).toEqual(expected);
    for (const response of found) {
      expect(response.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });

  it('S67 a refusal follows RFC 6750, RFC 9457 and RFC 9728', async () => {
    const none = await ask('GET', {});
    const metadata = `resource_metadata="${app.url}/.well-known/oauth-protected-resource/api"`;
    expect(none.headers.get('www-authenticate')).toBe(`Bearer realm="api", ${metadata}`);
    const expired = await ask('GET', bearer(await access({ exp: ago(60) })));
    expect(expired.headers.get('www-authenticate')).toBe(
      `Bearer realm="api", error="invalid_token", error_description="The access token has expired", ${metadata}`,
    );
    const lacking = await ask('POST', bearer(await access({ scope: 'read:books' })));
    expect(lacking.headers.get('www-authenticate')).toBe(
      `Bearer realm="api", error="insufficient_scope", scope="write:books", ${metadata}`,
    );
    expect(await lacking.json()).toMatchObject({
      title: 'You can’t add books yet',
      status: 403,
      detail: expect.stringContaining('write:books'),
      reason: 'forbidden',
    });
  });

  it('S33 only the header counts: no query, no form, no cookie, no other scheme', async () => {
    const token = await access();
    const { browser } = await signedInWith(app, 'has_a_cookie', { roles: ['editor'] });
    const cookie = browser.cookies.header(new URL(app.url)) ?? '';
    for (const headers of [
      { cookie },
      { authorization: `Basic ${token}` },
      { authorization: token },
    ]) {
      expect(await outcome(await ask('GET', headers))).toBe('401');
    }
    expect(await outcome(await ask('GET', {}, `/api/books?access_token=${token}`))).toBe('401');
  });

  it('S26 takes a change from anywhere, since a token and no cookie is the proof', async () => {
    const headers = { ...bearer(await access()), origin: 'https://elsewhere.example' };
    expect((await ask('POST', headers)).status).toBe(201);
    expect((await ask('POST', { origin: 'https://elsewhere.example' })).status).toBe(401);
  });

  it.skipIf(!hasRedisServer)('costs one Redis command to read, and none of a session', async () => {
    const headers = { ...bearer(await access()), cookie: 'doorstep=s%3Anonsense.nonsense' };
    expect(await app.redisServer?.countCommands(() => ask('GET', headers))).toBe(1);
    expect(await app.redisServer?.countCommands(() => ask('GET', {}))).toBe(0);
  });

  it('always answers in JSON', async () => {
    const headers = { ...bearer(await access()), accept: 'text/html' };
    for (const path of ['/api', '/api/nope', '/api/books/1', '/api/%zz']) {
      const response = await ask('GET', headers, path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('names each field that does not hold', async () => {
    const headers = { 'content-type': 'application/json', ...bearer(await access()) };
    const send = async (body: string, type = 'application/json') => {
      const init = { method: 'POST', body, headers: { ...headers, 'content-type': type } };
      const response = await fetch(`${app.url}/api/books`, init);
      const { errors } = JSON.parse(await response.text());
      return { status: response.status, errors };
    };
    const given = 'must be given';
    expect(await send('{}')).toEqual({ status: 422, errors: { title: given, author: given } });
    expect(await send('', 'text/plain')).toMatchObject({ errors: { title: given } });
    expect(await send('{"title":" ","author":7}')).toMatchObject({
      errors: { title: 'must not be empty', author: given },
    });
    expect(await send(JSON.stringify({ title: 'x'.repeat(201), author: 'a\nb' }))).toMatchObject({
      errors: { title: 'must be at most 200 characters', author: 'must be one line of text' },
    });
    expect(await send('{"title":')).toEqual({ status: 400, errors: { body: 'can’t be read' } });
    expect(await send(`"${'x'.repeat(20_000)}"`)).toEqual({
      status: 413,
      errors: { body: 'is too large' },
    });
    expect(JSON.stringify(app.logs)).not.toContain('xxxxx');
  });

  it('shelves are apart: of a person, of an organization, of another issuer’s namesake', async () => {
    const titles = async (changes: Record<string, unknown>) => {
      const response = await ask('GET', bearer(await access({ sub: 'apart', ...changes })));
      const { books } = JSON.parse(await response.text());
      return books.length;
    };
    const club = { organization_id: 'a-club-of-one' };
    await ask('POST', bearer(await access({ sub: 'apart' })));
    expect(await titles({})).toBe(1);
    expect(await titles(club)).toBe(0);
    await ask('POST', bearer(await access({ sub: 'apart', ...club })));
    await ask('POST', bearer(await access({ sub: 'another member', ...club })));
    expect(await titles(club)).toBe(2);
    expect(await titles({ aud: 'urn:logto:organization:a-club-of-one' })).toBe(2);
    expect(await titles({ organization_id: 'apart' })).toBe(0);
    expect(await titles({})).toBe(1);
  });

  it('S56 the pages and the API have the same books, by a token that Logto gave', async () => {
    const { browser, sub } = await signedInWith(app, 'both_ways', { roles: ['editor'] });
    await browser.post(`${app.url}/books`, { title: 'By the page', author: 'Me' });
    const cookie = /doorstep=s%3A([^.]+)/.exec(browser.cookies.header(new URL(app.url)) ?? '');
    const tokens = await app.tokensOf(decodeURIComponent(cookie?.[1] ?? ''));
    const token = tokens.find((one) => one.includes('.') && decodeJwt(one).aud === API) ?? '';
    expect(decodeJwt(token).sub).toBe(sub);
    const added = await ask('POST', bearer(token));
    expect(await added.json()).toMatchObject(BOOK);
    // Content is in the clear, who somebody is never.
    const stored = await Promise.all(
      (await app.stored.keys('books:*')).map((key) => app.redis.lrange(key, 0, -1)),
    );
    expect(JSON.stringify(stored)).toContain(BOOK.title);
    expect(JSON.stringify(stored)).not.toContain(sub);
    const listed = await (await ask('GET', bearer(token))).json();
    expect(listed).toMatchObject({ books: [{ title: 'By the page' }, BOOK] });
    expect((await browser.get(`${app.url}/books`)).body).toContain(BOOK.title);
  });

  it('503 and not 401 while Logto’s keys can’t be read', async () => {
    const fresh = await startDoorstep({ environment: WHOLE_SITE });
    fresh.logto.failNext('jwks', { status: 500 }, 5);
    const token = await fresh.logto.mint(claims({ iss: fresh.logto.issuer }), { typ: 'at+jwt' });
    const response = await fetch(`${fresh.url}/api/books`, { headers: bearer(token) });
    expect(response.status).toBe(503);
    expect(response.headers.get('www-authenticate')).toBeNull();
    await fresh.close();
  });
});

describe('without API_RESOURCE', () => {
  it('there is no book, page or API', async () => {
    const bare = await startDoorstep();
    const browser = await bare.signedInBrowser();
    for (const path of ['/books', '/organizations', '/api/books', '/organizations/x/books']) {
      expect((await browser.get(bare.url + path)).status).toBe(404);
    }
    const home = (await browser.get(bare.url)).body;
    expect(home).not.toContain('href="/books"');
    expect(home).not.toContain('href="/organizations"');
    await bare.close();
  });

  it('organization audiences count only with LOGTO_ORGANIZATIONS', async () => {
    const bare = await startDoorstep({ environment: { API_RESOURCE: API } });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: bare.logto.issuer,
      sub: 's',
      iat: now,
      exp: now + 60,
      scope: 'read:books',
    };
    const ask = async (aud: string) => {
      const token = await bare.logto.mint({ ...claims, aud }, { typ: 'at+jwt' });
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${bare.url}/api/books`, { headers })).status;
    };
    expect(await ask(API)).toBe(200);
    expect(await ask(`urn:logto:organization:${ENGINES}`)).toBe(401);
    await bare.close();
  });
});

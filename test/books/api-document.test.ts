import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { API, CLIENT, type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';

const BOOK = { title: 'Physical Geography', author: 'Mary Somerville' };

const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const Operation = z.looseObject({
  security: z.array(z.record(z.string(), z.array(z.string()))),
  requestBody: z.object({ content: Content }).loose().optional(),
  responses: z.record(z.string(), z.looseObject({ content: Content })),
});
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

interface Ask {
  headers?: Record<string, string>;
  body?: string;
  scope?: string | null;
}

describe('S68 the document of the books’ API says what is answered', () => {
  let app: Doorstep;
  let document: z.infer<typeof Document>;
  const ajv = new Ajv2020({ strict: false });
  beforeAll(async () => {
    app = await startDoorstep({ environment: WHOLE_SITE });
    const answer = await fetch(`${app.url}/api/openapi.json`);
    document = Document.parse(await answer.json());
    ajv.addSchema(document, 'api');
  });
  afterAll(() => app.close());

  const tokenFor = (site: Doorstep, scope: string) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: site.logto.issuer, sub: 'somebody', aud: API, iat: now, exp: now + 600 };
    return site.logto.mint({ ...claims, client_id: CLIENT.id, scope }, { typ: 'at+jwt' });
  };
  const ask = async (call: string, { headers, body, scope }: Ask = {}, site = app) => {
    const [method = '', path = ''] = call.split(' ');
    const token = scope === null ? null : await tokenFor(site, scope ?? 'read:books write:books');
    return fetch(`${site.url}/api${path}`, {
      method: method.toUpperCase(),
      headers: {
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  };
  const unreachable = async (call: string) => {
    const fresh = await startDoorstep({ environment: WHOLE_SITE });
    fresh.logto.failNext('jwks', { status: 500 }, 5);
    const answer = await ask(call, call.startsWith('post') ? { body: '{}' } : {}, fresh);
    await fresh.close();
    return answer;
  };

  const CASES: [call: string, status: string, Ask | ((call: string) => Promise<Response>)][] = [
    ['get /openapi.json', '200', { scope: null }],
    ['get /books', '200', {}],
    ['get /books', '401', { scope: null }],
    ['get /books', '403', { scope: 'write:books' }],
    ['get /books', '503', unreachable],
    ['post /books', '201', { body: JSON.stringify(BOOK) }],
    ['post /books', '400', { body: '{"title":' }],
    ['post /books', '401', { body: JSON.stringify(BOOK), scope: null }],
    ['post /books', '403', { body: JSON.stringify(BOOK), scope: 'read:books' }],
    ['post /books', '413', { body: `"${'x'.repeat(20_000)}"` }],
    [
      'post /books',
      '415',
      { body: '{}', headers: { 'content-type': 'application/json; charset=x' } },
    ],
    ['post /books', '422', { body: '{"title":7}' }],
    ['post /books', '503', unreachable],
  ];

  it.each(CASES)('%s answers %s as described', async (call, status, how) => {
    const answer = typeof how === 'function' ? await how(call) : await ask(call, how);
    expect(String(answer.status)).toBe(status);
    const [method = '', path = ''] = call.split(' ');
    const content = document.paths[path]?.[method]?.responses[status]?.content ?? {};
    const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
    expect(Object.keys(content)).toEqual([type]);
    const pointer = ['paths', path, method, 'responses', status, 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const matches = ajv.getSchema(`api#/${pointer}`);
    if (!matches) throw new Error(`No schema at ${pointer}`);
    expect([matches(await answer.json()), matches.errors]).toEqual([true, null]);
  });

  it('every answer that is described was looked at', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method} ${path} ${status}`),
      ),
    );
    const seen = CASES.map(([call, status]) => `${call} ${status}`);
    expect([...seen].sort()).toEqual(described.sort());
  });

  it('the body is described by what checks it: a book that holds is taken, one that doesn’t is not', async () => {
    const schema = document.paths['/books']?.post?.requestBody?.content['application/json']?.schema;
    const holds = ajv.compile(schema ?? {});
    const bodies = [
      BOOK,
      { ...BOOK, title: 'x'.repeat(200) },
      {},
      { title: 'No author' },
      { ...BOOK, title: '' },
      { ...BOOK, title: 'x'.repeat(201) },
      { ...BOOK, author: 'a\nb' },
      { ...BOOK, author: 7 },
      [],
    ];
    for (const body of bodies) {
      const { status } = await ask('post /books', { body: JSON.stringify(body) });
      expect([body, status === 201]).toEqual([body, holds(body)]);
    }
  });

  it('each route names the permission that it takes', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        for (const scope of security.flatMap(({ logto = [] }) => logto)) {
          const refused = await ask(`${method} ${path}`, {
            scope: 'nothing',
            ...(method === 'post' && { body: '{}' }),
          });
          expect(refused.headers.get('www-authenticate')).toContain(`scope="${scope}"`);
        }
      }
    }
  });

  it('S67 the metadata names the permissions there are', async () => {
    const metadata = await fetch(`${app.url}/.well-known/oauth-protected-resource/api`);
    expect(await metadata.json()).toMatchObject({
      scopes_supported: ['read:books', 'write:books'],
    });
  });
});

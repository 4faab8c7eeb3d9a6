import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Express, IRouter } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { API, type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';

const METADATA = '/.well-known/oauth-protected-resource/api';
const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

describe('what the API says of itself', () => {
  let site: Doorstep;
  let app: Express;
  beforeAll(async () => {
    site = await startDoorstep({
      environment: WHOLE_SITE,
      createApp: (deps) => {
        app = createApp(deps);
        return app;
      },
    });
  });
  afterAll(() => site.close());

  it('S67 tells anybody which token it takes, and from whom', async () => {
    const { body, headers } = await request(site.url).get(METADATA).expect(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).toMatchObject({
      resource: API,
      authorization_servers: [site.logto.issuer],
      bearer_methods_supported: ['header'],
    });
    const refused = await request(site.url).get('/api/nope').expect(401);
    const url = `${site.url}${METADATA}`;
    expect(refused.headers['www-authenticate']).toBe(
      `Bearer realm="api", resource_metadata="${url}"`,
    );
    await request(site.url)
      .get('/API/nope')
      .expect('www-authenticate', /resource_metadata=/);
  });

  it('S67 the named issuer is one whose discovery names itself so', async () => {
    const { body } = await request(site.url).get(METADATA);
    const [issuer] = body.authorization_servers;
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ issuer });
  });

  it('S68 its document is OpenAPI 3.1, without a token, and names no secret', async () => {
    const { body, text } = await request(site.url).get('/api/openapi.json').expect(200);
    const found = await new Validator().validate(body);
    expect(found).toMatchObject({ valid: true });
    expect(Document.parse(body).openapi).toBe('3.1.0');
    expect(body.servers).toEqual([{ url: `${site.url}/api` }]);
    expect(text).not.toContain(site.config.logto.appSecret);
  });

  it('S68 every route under /api is in it, and nothing that isn’t there', async () => {
    const { body } = await request(site.url).get('/api/openapi.json');
    const documented = Object.entries(Document.parse(body).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const mounted = app.router.stack.filter((layer) => isMountedAt(layer, '/api'));
    expect(mounted).toHaveLength(1);
    const routes = mounted.flatMap(({ handle }) => routesOf(handle));
    expect(routes.length).toBeGreaterThan(0);
    expect(routes.sort()).toEqual(documented.sort());
  });

  it('S68 whatever else is asked of it, a refusal is a problem as the document has it', async () => {
    const { body } = await request(site.url).get('/api/openapi.json');
    const holds = new Ajv2020({ strict: false }).compile(body.components.schemas.Problem);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: site.logto.issuer, sub: 's', aud: API, iat: now, exp: now + 60 };
    const token = await site.logto.mint(claims, { typ: 'at+jwt' });
    for (const [authorization, status] of [
      ['', 401],
      ['Bearer x', 401],
      [`Bearer ${token}`, 404],
    ] as const) {
      const refused = await request(site.url).get('/api/nope').set({ authorization });
      expect([refused.status, holds(refused.body), holds.errors]).toEqual([status, true, null]);
      expect(refused.headers['content-type']).toContain('application/problem+json');
    }
    expect(holds({ ...body, title: 'None' })).toBe(false);
  });

  it('without API_RESOURCE there is none of it', async () => {
    const bare = await startDoorstep();
    await request(bare.url).get(METADATA).expect(404);
    await request(bare.url).get('/api/openapi.json').expect(404);
    await bare.close();
  });
});

type Layer = IRouter['stack'][number];

/** Under a path of its own, and not under any. */
function isMountedAt(layer: Layer, path: string): boolean {
  const match: unknown = Reflect.get(layer, 'match');
  if (typeof match !== 'function') throw new Error('Express has other layers now');
  return Boolean(match.call(layer, path)) && !match.call(layer, '/elsewhere');
}

/** "get /books", as OpenAPI writes it. */
function routesOf(handle: unknown): string[] {
  const stack: unknown = typeof handle === 'function' ? Reflect.get(handle, 'stack') : undefined;
  if (!Array.isArray(stack)) return [];
  return stack.flatMap(({ route, handle: inner }: Layer) => {
    if (!route) return routesOf(inner);
    const methods = route.stack.map(({ method }) => method);
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    return [...new Set(methods)].map((method) => `${method} ${path}`);
  });
}

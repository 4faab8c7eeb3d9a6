import type { Express } from 'express';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import type { Doorstep } from '../../../src/doorstep/options.ts';
import { type Host, startHost } from '../../harness/host.ts';
import { API } from '../../harness/stand-ins.ts';

const METADATA = '/.well-known/oauth-protected-resource';

const mountedAt = (path: string) => (app: Express, auth: Doorstep) => {
  app.use(path, auth.bearer);
  app.use(auth.middleware);
  app.use(auth.errorHandler);
};

describe('S67 an API in an app of somebody’s own', () => {
  let host: Host;
  afterEach(() => host.close());

  const challengeAt = async (path: string) =>
    (await request(host.url).get(path)).headers['www-authenticate'];

  it('has its metadata where `apiPath` says, and its challenges name it', async () => {
    const environment = { API_RESOURCE: API };
    host = await startHost(mountedAt('/v1'), { environment, apiPath: '/v1' });
    const { body } = await request(host.url).get(`${METADATA}/v1`).expect(200);
    expect(body).toEqual({
      resource: API,
      authorization_servers: [host.logto.issuer],
      bearer_methods_supported: ['header'],
    });
    const named = `Bearer realm="api", resource_metadata="${host.url}${METADATA}/v1"`;
    expect(await challengeAt('/v1/things')).toBe(named);
    await request(host.url).head(`${METADATA}/v1`).expect(200);
    await request(host.url).get(`${METADATA}/api`).expect(404);
  });

  it('mounted elsewhere, no challenge names what is not there', async () => {
    host = await startHost(mountedAt('/v1'), { environment: { API_RESOURCE: API } });
    expect(await challengeAt('/v1/things')).toBe('Bearer realm="api"');
  });

  it('without API_RESOURCE there is none, and no token is taken', async () => {
    host = await startHost(mountedAt('/api'));
    await request(host.url).get(`${METADATA}/api`).expect(404);
    expect(await challengeAt('/api')).toBe('Bearer realm="api"');
  });
});

import { z } from 'zod';
import { call } from '../relying-party.ts';
import { decodeJwt, shapeOf } from '../shape.ts';
import { inWorld, type World } from './world.ts';

const discoveryPath = '/oidc/.well-known/openid-configuration';
const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

export const observeDiscovery = () =>
  inWorld(async ({ logto, general }) => {
    const { body } = await call(logto.endpoint + discoveryPath);
    return Object.fromEntries(
      Object.entries(body).map(([name, value]) => [
        name,
        Array.isArray(value)
          ? value.toSorted()
          : typeof value === 'string'
            ? general(value)
            : value,
      ]),
    );
  });

export const observeAnotherHost = () =>
  inWorld(async ({ logto }) => {
    const there = logto.endpoint.replace('localhost', '127.0.0.1');
    const { body } = await call(there + discoveryPath);
    return {
      issuer: body.issuer === logto.issuer ? 'fixed' : body.issuer,
      endpoints: body.token_endpoint === `${there}/oidc/token` ? 'follow the Host header' : 'fixed',
    };
  });

export const observeCaching = () =>
  inWorld(async ({ logto }) => {
    const cachingAt = async (path: string) => {
      const { headers } = await call(logto.endpoint + path);
      return { cacheControl: headers.get('cache-control'), etag: headers.has('etag') };
    };
    return { discovery: await cachingAt(discoveryPath), jwks: await cachingAt('/oidc/jwks') };
  });

export const observeJwks = () =>
  inWorld(async (world) =>
    (await keysOf(world)).map((key) => ({
      ...key,
      kid: shapeOf(key.kid),
      x: shapeOf(key.x),
      y: shapeOf(key.y),
    })),
  );

export const observeRsaRotation = () =>
  inWorld(async (world) => {
    await world.logto.rotateKeys('RS256');
    const keys = await keysOf(world);
    const { tokens } = await world.app.signIn(world.browser);
    const { header } = decodeJwt(tokens.id_token);
    const signer = keys.find(({ kid }) => kid === header.kid) ?? {};
    return {
      idTokenAlg: header.alg,
      jwkHasAlg: 'alg' in signer,
    };
  });

export const observeStatus = () =>
  inWorld(async ({ logto }) => (await call(`${logto.endpoint}/api/status`)).status);

export const observeSignInExperience = () =>
  inWorld(async ({ logto }) => {
    const { body } = await call(`${logto.endpoint}/api/.well-known/sign-in-exp`);
    const [connector] = z.array(z.record(z.string(), z.unknown())).parse(body.socialConnectors);
    return {
      keys: Object.keys(body).sort(),
      signInMode: body.signInMode,
      socialSignInConnectorTargets: body.socialSignInConnectorTargets,
      socialConnector: { ...connector, logo: shapeOf(connector?.logo) },
    };
  });

async function keysOf({ logto }: World) {
  return keySet.parse((await call(`${logto.issuer}/jwks`)).body).keys;
}

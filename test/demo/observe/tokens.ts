import { logtoFacts } from '../../contract/logto.ts';
import { decodeJwt, shapeOf } from '../shape.ts';
import { errorOf, inWorld } from './world.ts';

const api = 'https://api.example.test';
const resources = [{ indicator: api, scopes: ['read:books', 'write:books'] }];
const scopes = Object.keys(logtoFacts.idTokenByScope);
const organizationsResource = 'urn:logto:resource:organizations';

export const observeCallback = () =>
  inWorld(async ({ app, browser }) => {
    const { callback } = await app.signIn(browser);
    return [...callback.searchParams.keys()].sort();
  });

export const observeTokenResponse = () =>
  inWorld(async ({ app, browser }) => {
    const { body } = (await app.signIn(browser)).response;
    const { access_token, id_token, refresh_token } = body;
    return {
      ...body,
      access_token: shapeOf(access_token),
      id_token: shapeOf(id_token),
      refresh_token: shapeOf(refresh_token),
    };
  });

export const observeWithoutConsent = () =>
  inWorld(async ({ app, browser }) => {
    const params = { prompt: 'login', scope: 'openid offline_access profile' };
    const { body } = (await app.signIn(browser, params)).response;
    return { keys: Object.keys(body).sort(), scope: body.scope };
  });

export const observeOpaqueToken = () =>
  inWorld(
    async ({ app, browser }) => {
      const { tokens } = await app.signIn(browser, { resource: api });
      return tokens.access_token.split('.').length === 1;
    },
    { resources },
  );

export const observeIdTokenHeader = () =>
  inWorld(async ({ app, browser }) => {
    const { header } = decodeJwt((await app.signIn(browser)).tokens.id_token);
    return { ...header, kid: shapeOf(header.kid) };
  });

export const observeIdTokens = () =>
  inWorld(async ({ app, browser }) => {
    const seen: Record<string, unknown> = {};
    for (const scope of scopes) {
      const { tokens } = await app.signIn(browser, { scope: `openid ${scope}` });
      seen[scope] = shapeOf(decodeJwt(tokens.id_token).claims);
    }
    return seen;
  });

export const observeUserinfo = () =>
  inWorld(async ({ app, browser }) => {
    const seen: Record<string, unknown> = {};
    for (const scope of scopes) {
      const { tokens } = await app.signIn(browser, { scope: `openid ${scope}` });
      seen[scope] = shapeOf((await app.userinfo(tokens.access_token)).body);
    }
    return seen;
  });

export const observeBareAccount = () =>
  inWorld(async ({ app, browser }) => {
    const choice = { as: 'quiet-otter', via: 'huggingface' } as const;
    const { claims } = decodeJwt((await app.signIn(browser, {}, choice)).tokens.id_token);
    const shape = { ...claims, ...Object(shapeOf(claims)) };
    const { name, picture, username, email } = shape;
    return { name, picture, username, email, verified: claims.email_verified };
  });

export const observeOrganizationRole = () =>
  inWorld(async ({ app, browser }) => {
    const scope = 'openid urn:logto:scope:organizations urn:logto:scope:organization_roles';
    const { claims } = decodeJwt((await app.signIn(browser, { scope })).tokens.id_token);
    const [id] = [claims.organizations].flat();
    const [role] = [claims.organization_roles].flat();
    return role === `${id}:admin` ? 'organization id:role' : role;
  });

export async function observeSid() {
  const backchannelLogoutUri = 'http://localhost:3000/backchannel-logout';
  const hasSid = (client: {
    backchannelLogoutUri?: string;
    backchannelLogoutSessionRequired?: true;
  }) =>
    inWorld(
      async ({ app, browser }) =>
        'sid' in decodeJwt((await app.signIn(browser)).tokens.id_token).claims,
      { client },
    );
  return {
    withBoth: await hasSid({ backchannelLogoutUri, backchannelLogoutSessionRequired: true }),
    uriOnly: await hasSid({ backchannelLogoutUri }),
    neither: await hasSid({}),
  };
}

export const observeApiToken = () =>
  inWorld(
    async ({ app, browser }) => {
      const scope = 'openid offline_access read:books';
      const { tokens } = await app.signIn(browser, { resource: api, scope });
      const params = { resource: api, scope: 'read:books' };
      const { body } = await app.refresh(tokens.refresh_token, params);
      const { header, claims } = decodeJwt(String(body.access_token));
      const unasked = await app.signIn(browser, { resource: api, scope: 'openid offline_access' });
      const bare = await app.refresh(unasked.tokens.refresh_token, { resource: api });
      return {
        response: {
          ...body,
          access_token: shapeOf(body.access_token),
          refresh_token: body.refresh_token === tokens.refresh_token ? 'the same' : 'another',
        },
        header: { ...header, kid: shapeOf(header.kid) },
        claims: shapeOf(claims),
        withoutPermissions: { scope: decodeJwt(String(bare.body.access_token)).claims.scope },
      };
    },
    { resources },
  );

export const observeOrganizationToken = () =>
  inWorld(
    async (world) => {
      const { app, browser } = world;
      const { tokens } = await app.signIn(browser, {
        resource: [api, organizationsResource],
        scope: 'openid offline_access urn:logto:scope:organizations',
      });
      const id = String([decodeJwt(tokens.id_token).claims.organizations].flat()[0]);
      const claimsWith = async (params: Record<string, string>) => {
        const { body } = await app.refresh(tokens.refresh_token, params);
        return decodeJwt(String(body.access_token)).claims;
      };
      const own = await claimsWith({ organization_id: id });
      const forApi = await claimsWith({ organization_id: id, resource: api });
      const foreign = await app.refresh(tokens.refresh_token, { organization_id: 'no-such-club' });
      return {
        audience: String(own.aud).replace(id, 'ID'),
        withResource: {
          audience: forApi.aud === api ? 'the resource' : forApi.aud,
          organization_id: forApi.organization_id === id,
        },
        notAMember: errorOf(foreign, world),
      };
    },
    { resources },
  );

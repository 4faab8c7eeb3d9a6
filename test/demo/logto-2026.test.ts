import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accounts } from '../../demo/accounts.ts';
import { signingAlgorithms } from '../../demo/logto/keys.ts';
import type { StandIns } from '../harness/stand-ins.ts';
import type { Browser } from './browser.ts';
import { appUrl, call, type RelyingParty, startAll } from './relying-party.ts';
import { decodeJwt } from './shape.ts';

describe('what a Logto of August 2026 does', () => {
  let standIns: StandIns;
  let app: RelyingParty;
  let browser: Browser;
  beforeEach(async () => {
    ({ standIns, app, browser } = await startAll());
  });
  afterEach(() => standIns.close());

  it('keeps what Hugging Face said at the first sign-in; only name and avatar follow', async () => {
    const { users } = standIns.logto;
    const ada = accounts.find(({ username }) => username === 'ada-l');
    const info = { sub: ada?.id ?? '', preferred_username: 'ada-l', name: 'Ada', picture: 'a.svg' };
    const { sub } = users.fromHuggingFace(info);
    users.fromHuggingFace({
      ...info,
      preferred_username: 'countess',
      name: 'Lady',
      picture: 'b.svg',
    });
    const user = users.find(sub);
    expect([user?.name, user?.avatar]).toEqual(['Lady', 'b.svg']);
    expect(user?.identities.huggingface?.details).toMatchObject({ name: 'Ada', rawData: info });
  });

  it.each(['', '/'])('takes the post-sign-out address with "%s" at its end', async (slash) => {
    const query = new URLSearchParams({
      client_id: standIns.client.id,
      post_logout_redirect_uri: `${appUrl}${slash}`,
    });
    expect((await call(`${standIns.logto.issuer}/session/end?${query}`)).status).toBe(200);
    query.set('post_logout_redirect_uri', `${appUrl}/elsewhere`);
    expect((await call(`${standIns.logto.issuer}/session/end?${query}`)).status).toBe(400);
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', '/token'],
    ['DELETE', '/jwks'],
  ])('answers %s %s with 404 JSON', async (method, path) => {
    const response = await fetch(standIns.logto.issuer + path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'oidc.invalid_request',
      error_description: expect.stringContaining('unrecognized route or not allowed method'),
    });
  });

  it('passes login_hint and ui_locales on to its sign-in page', async () => {
    const { url } = app.authorizationRequest({
      login_hint: 'ada@example.org',
      ui_locales: 'fr en',
    });
    const page = await browser.get(url);
    const { pathname, searchParams } = new URL(page.url);
    expect(pathname).toBe('/sign-in');
    expect(searchParams.get('login_hint')).toBe('ada@example.org');
    expect(searchParams.get('ui_locales')).toBe('fr en');
  });

  it('access control: refresh is 400 access_denied, userinfo stays 200', async () => {
    const { tokens } = await app.signIn(browser);
    const sub = String(decodeJwt(tokens.id_token).claims.sub);
    standIns.logto.exclude(sub);
    const refused = await app.refresh(tokens.refresh_token);
    expect([refused.status, refused.body.code, refused.body.error]).toEqual([
      400,
      'oidc.access_denied',
      'access_denied',
    ]);
    expect((await app.userinfo(tokens.access_token)).status).toBe(200);
    standIns.logto.exclude(sub, false);
    expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('an expired secret is 400 invalid_request at every path that carries it', async () => {
    const { tokens } = await app.signIn(browser);
    standIns.logto.expireSecret();
    const authorization = `Basic ${Buffer.from('doorstep:doorstep-secret').toString('base64')}`;
    const discovery = `${standIns.logto.issuer}/.well-known/openid-configuration`;
    for (const answer of [
      await app.refresh(tokens.refresh_token),
      await app.revoke(tokens.refresh_token),
      await call(discovery, null, { authorization }),
    ]) {
      expect([answer.status, answer.body]).toEqual([
        400,
        {
          code: 'oidc.invalid_request',
          message: 'Request is invalid.',
          error: 'invalid_request',
          error_description: 'client secret has expired',
        },
      ]);
    }
    expect((await call(discovery)).status).toBe(200);
    standIns.logto.expireSecret(false);
    expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it.each(signingAlgorithms)('signs with %s', async (alg) => {
    await standIns.logto.rotateKeys(alg, { keepOld: false });
    const { tokens } = await app.signIn(browser);
    expect(decodeJwt(tokens.id_token).header.alg).toBe(alg);
  });
});

import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCounters } from '../../demo/logto/counters.ts';
import { startLogto } from '../../demo/logto/index.ts';
import { eventually } from '../harness/eventually.ts';
import { type StandIns, startStandIns } from '../harness/stand-ins.ts';
import { authorizeAt } from './authorize-at.ts';
import { type Browser, createBrowser } from './browser.ts';
import { appUrl, call, PLAIN, type RelyingParty, startAll } from './relying-party.ts';
import { decodeJwt } from './shape.ts';

const discoveryPath = '/oidc/.well-known/openid-configuration';
let standIns: StandIns;
let app: RelyingParty;
let browser: Browser;

beforeEach(async () => {
  ({ standIns, app, browser } = await startAll());
});
afterEach(async () => {
  vi.useRealTimers();
  await standIns.close();
});

describe('the server', () => {
  it('refuses connections while down, and is back on the same port', async () => {
    const { logto } = standIns;
    const status = () => call(`${logto.endpoint}/api/status`).then((answer) => answer.status);
    expect(await status()).toBe(204);
    await logto.down();
    await expect(status()).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await logto.up();
    expect(await status()).toBe(204);
  });

  it('listens on both loopback addresses, and serves the look of the app', async () => {
    const { port } = new URL(standIns.logto.endpoint);
    for (const host of ['127.0.0.1', 'localhost']) {
      const font = await fetch(`http://${host}:${port}/assets/figtree.woff2`);
      expect([font.status, font.headers.get('content-type')]).toEqual([200, 'font/woff2']);
      await font.body?.cancel();
    }
  });

  it('rejects with EADDRINUSE when the port is taken', async () => {
    const { port } = new URL(standIns.logto.endpoint);
    const { client } = standIns;
    const huggingFace = { url: 'http://localhost:9', clientId: 'c', clientSecret: 's' };
    await expect(
      startLogto({ port: Number(port), appName: 'Doorstep', appUrl, huggingFace, client }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes at once, open connections included', async () => {
    const { logto } = standIns;
    logto.failNext('jwks', 'hang');
    const hanging = expect(call(`${logto.issuer}/jwks`)).rejects.toThrow('fetch failed');
    await eventually(() => expect(logto.calls.jwks).toBe(1));
    // Waiting for the open call, it would never resolve.
    await logto.close();
    await hanging;
  });
});

describe('faults', () => {
  it('fails the next calls, then heals', async () => {
    const { logto } = standIns;
    logto.failNext('discovery', { status: 503, body: { error: 'busy' } }, 2);
    const statuses = [];
    for (let n = 0; n < 3; n += 1) {
      statuses.push((await call(logto.endpoint + discoveryPath)).status);
    }
    expect(statuses).toEqual([503, 503, 200]);
    expect(logto.calls.discovery).toBe(3);
  });

  it('resets connections, answers garbage, and delays', async () => {
    const { logto } = standIns;
    const url = `${logto.issuer}/jwks`;
    logto.failNext('jwks', 'reset');
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    logto.failNext('jwks', 'garbage');
    await expect(fetch(url).then((response) => response.json())).rejects.toThrow(SyntaxError);
    logto.delayNext('jwks', 2000);
    logto.resetCalls();
    const answered: string[] = [];
    const ask = async (who: string) => {
      const { status } = await fetch(url);
      answered.push(who);
      expect(status).toBe(200);
    };
    const delayed = ask('delayed');
    await eventually(() => expect(logto.calls.jwks).toBe(1));
    await Promise.all([ask('next'), delayed]);
    expect(answered).toEqual(['next', 'delayed']);
  });

  it('holds a call until it is let go', async () => {
    const { logto } = standIns;
    const release = logto.holdNext('jwks');
    let answered = false;
    const answer = call(`${logto.issuer}/jwks`).finally(() => {
      answered = true;
    });
    await eventually(() => expect(logto.calls.jwks).toBe(1));
    expect((await call(`${logto.issuer}/jwks`)).status).toBe(200);
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(200);
  });

  it('loses an answer after the call was carried out', async () => {
    const { logto } = standIns;
    const { tokens } = await app.signIn(browser);
    logto.failNext('revocation', 'lost');
    await expect(app.revoke(tokens.refresh_token)).rejects.toThrow('fetch failed');
    expect((await app.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('counts calls, token calls by grant type, failed ones too', async () => {
    const { logto } = standIns;
    const { tokens } = await app.signIn(browser);
    logto.failNext('token', { status: 500 });
    await app.refresh(tokens.refresh_token);
    await app.refresh(tokens.refresh_token);
    await app.userinfo(tokens.access_token);
    expect(logto.calls).toMatchObject({ authorize: 1, token: 3, userinfo: 1, jwks: 0 });
    expect(logto.tokenCalls).toEqual({ authorization_code: 1, refresh_token: 2 });
    logto.resetCalls();
    expect([logto.calls.token, logto.tokenCalls]).toEqual([0, {}]);
  });

  it('shows a toast when Hugging Face is down, and goes on when it is back', async () => {
    const { logto, huggingFace } = standIns;
    huggingFace.failNext('token', { status: 500 });
    const { url } = app.authorizationRequest({ direct_sign_in: 'social:huggingface' });
    await browser.get(url);
    const page = await browser.submit({ username: 'ada-l', decision: 'authorize' });
    expect(page.url).toContain(`${logto.endpoint}/sign-in`);
    expect(page.body).toContain('Error occurred in connector');
    expect(await authorizeAt(browser, url, { as: 'ada-l', via: 'huggingface' })).toContain('code=');
  });
});

describe('issuer, keys and lives', () => {
  it('announces another issuer, and tells the truth again', async () => {
    const { logto } = standIns;
    const issuer = async () => (await call(logto.endpoint + discoveryPath)).body.issuer;
    logto.announceIssuer('http://elsewhere.example/oidc');
    expect(await issuer()).toBe('http://elsewhere.example/oidc');
    logto.announceIssuer(null);
    expect(await issuer()).toBe(logto.issuer);
  });

  it('claims something else in the ID tokens of refreshes, under a good signature', async () => {
    const { logto, client } = standIns;
    const { tokens } = await app.signIn(browser);
    const keys = createRemoteJWKSet(new URL(`${logto.issuer}/jwks`));
    const expected = { issuer: logto.issuer, audience: client.id };
    const subOf = async (idToken: unknown) =>
      (await jwtVerify(String(idToken), keys, expected)).payload.sub;
    const sub = await subOf(tokens.id_token);
    logto.changeIdTokens({ sub: 'mallory' });
    const changed = await app.refresh(tokens.refresh_token);
    expect(await subOf(changed.body.id_token)).toBe('mallory');
    logto.changeIdTokens(null);
    const honest = await app.refresh(tokens.refresh_token);
    expect(await subOf(honest.body.id_token)).toBe(sub);
  });

  it.each(['ES384', 'RS256'] as const)('signs with a new %s key', async (alg) => {
    const { logto, client } = standIns;
    const before = decodeJwt((await app.signIn(browser)).tokens.id_token).header;
    await logto.rotateKeys(alg, { keepOld: false });
    const { tokens } = await app.signIn(browser);
    const keys = createRemoteJWKSet(new URL(`${logto.issuer}/jwks`));
    const { protectedHeader } = await jwtVerify(tokens.id_token, keys, {
      issuer: logto.issuer,
      audience: client.id,
    });
    expect(protectedHeader.alg).toBe(alg);
    expect(protectedHeader.kid).not.toBe(before.kid);
  });

  it('ends tokens and sessions when the clock is turned', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { tokens } = await app.signIn(browser);
    vi.setSystemTime(Date.now() + 3_599_000);
    expect((await app.userinfo(tokens.access_token)).status).toBe(200);
    vi.setSystemTime(Date.now() + 1_000);
    expect((await app.userinfo(tokens.access_token)).status).toBe(401);
    vi.setSystemTime(Date.now() + 14 * 24 * 3_600_000);
    expect((await app.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    const page = await browser.get(app.authorizationRequest().url, { until: appUrl });
    expect(new URL(page.url).pathname).toBe('/sign-in');
  });

  it('shortens lives', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    standIns.logto.setLifetimes({ accessToken: 10 });
    const { tokens, response } = await app.signIn(browser);
    expect(response.body.expires_in).toBe(10);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await app.userinfo(tokens.access_token)).status).toBe(401);
  });
});

describe('accounts by username', () => {
  it('offers to create an unknown one, and knows it afterwards', async () => {
    await browser.get(app.authorizationRequest().url);
    const page = await browser.submit({ username: 'grace' });
    expect([page.status, page.body.includes('There is no account “grace” yet')]).toEqual([
      422,
      true,
    ]);
    const choice = { as: 'grace', via: 'username' } as const;
    const { tokens } = await app.signIn(browser, {}, choice);
    const { claims } = decodeJwt(tokens.id_token);
    expect(claims).toMatchObject({ username: 'grace', name: null, picture: null, email: null });
    const again = await app.signIn(createBrowser(), {}, choice);
    expect(decodeJwt(again.tokens.id_token).claims.sub).toBe(claims.sub);
  });

  it('refuses what is no username, and escapes it', async () => {
    await browser.get(app.authorizationRequest().url);
    const page = await browser.submit({ username: '"><script>' });
    expect(page.status).toBe(422);
    expect(page.body).not.toContain('<script>');
  });
});

describe('logout tokens', () => {
  it('delivers a good one and mints bad ones', async () => {
    const received: string[] = [];
    const receiver = createServer((req, res) => {
      req.on('data', (chunk) => received.push(String(chunk)));
      req.on('end', () => res.writeHead(200).end('thanks'));
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const address = receiver.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const own = await startStandIns(appUrl, {
      ...PLAIN,
      client: {
        ...PLAIN.client,
        backchannelLogoutUri: `http://127.0.0.1:${port}/backchannel-logout`,
      },
    });
    try {
      const answer = await own.logto.sendBackchannelLogout({
        sub: 'somebody',
        sid: 'some-session',
      });
      expect(answer).toMatchObject({ status: 200, body: 'thanks' });
      const token = new URLSearchParams(received.join('')).get('logout_token') ?? '';
      expect(decodeJwt(token).claims).toMatchObject({ sub: 'somebody', sid: 'some-session' });

      const bad = await own.logto.mintLogoutToken({
        claims: { events: undefined, nonce: 'n' },
        header: { typ: undefined },
      });
      const { header, claims } = decodeJwt(bad);
      expect([header.typ, claims.events, claims.nonce]).toEqual([undefined, undefined, 'n']);
    } finally {
      await own.close();
      receiver.closeAllConnections();
      receiver.close();
    }
  });
});

it('C93 calls are counted by any grant type', () => {
  const { countGrant, tokenCalls } = createCounters();
  countGrant({ grant_type: 'constructor' });
  expect(tokenCalls).toEqual({ constructor: 1 });
});

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64url, exportJWK, type JWTPayload } from 'jose';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSigningKey, type SigningAlgorithm, sign } from '../../../demo/logto/keys.ts';
import type { Browser } from '../../demo/browser.ts';
import { CLIENT, type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { type People, peopleAt, reasonOn } from '../../harness/people.ts';

const MINUTE = 60_000;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const OTHER_ISSUER = 'https://evil.example/oidc';

/**
 * The relying-party modules of the OpenID Foundation's conformance suite, by their own names, with
 * the stand-in as the provider. docs/conformance.md has those that do not apply.
 */
describe('S49 conformance of the relying party', () => {
  let app: Doorstep;
  let people: People;
  beforeEach(async () => {
    app = await startDoorstep();
    people = peopleAt(app);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app.close();
  });

  const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const mint = (claims: JWTPayload, header?: Record<string, unknown>) =>
    app.logto.mint(claims, header);
  /** A token of other parts, put together by hand. */
  const encoded = (header: Record<string, unknown>, claims: JWTPayload) =>
    [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.');
  const unsigned = (claims: JWTPayload, header: Record<string, unknown> = {}) =>
    `${encoded({ alg: 'none', ...header }, claims)}.`;
  /** Signed with the client's secret, or with the public key as if it were a secret. */
  const hs256 = (claims: JWTPayload, secret: string, header: Record<string, unknown> = {}) => {
    const { kid } = app.logto.signingKey();
    const input = encoded({ alg: 'HS256', kid, ...header }, claims);
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  /** By another key of the kind, under the key id of Logto's. */
  const forged = async (claims: JWTPayload, header: Record<string, unknown> = {}) => {
    const { alg, kid } = app.logto.signingKey();
    return sign(await createSigningKey(alg), claims, { kid, ...header });
  };

  const accepts = async (browser: Browser) => expect(await people.isIn(browser)).toBe(true);
  const signIn = async (make: (claims: JWTPayload) => string | Promise<string>) => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    app.logto.replaceIdTokens(make);
    const page = await browser.get(callback);
    app.logto.replaceIdTokens(null);
    return { browser, page };
  };
  const rejects = async (make: (claims: JWTPayload) => string | Promise<string>) => {
    const { browser, page } = await signIn(make);
    expect([page.status, reasonOn(page)]).toEqual([400, 'id_token_invalid']);
    expect(await people.isIn(browser)).toBe(false);
    expect(await app.stored.keys('session*')).toEqual([]);
  };

  describe('basic', () => {
    it('oidcc-client-test', async () => accepts(await app.signedInBrowser()));

    it('oidcc-client-test-invalid-iss', () =>
      rejects((claims) => mint({ ...claims, iss: OTHER_ISSUER })));

    it.each([{ name: 7 }, { picture: {} }, { email: [] }, { email_verified: 'yes' }])(
      'S49 a claim of a wrong kind is a bad ID token: %j',
      (wrong) => rejects((claims) => mint({ ...claims, ...wrong })),
    );

    it.each([undefined, null, '', 7, 'x'.repeat(256)])('oidcc-client-test-missing-sub: %s', (sub) =>
      rejects(({ sub: _, ...claims }) => mint(JSON.parse(JSON.stringify({ ...claims, sub })))),
    );

    it.each(['another-app', ['another-app'], []])('oidcc-client-test-invalid-aud: %j', (aud) =>
      rejects((claims) => mint({ ...claims, aud })),
    );

    it('oidcc-client-test-missing-aud', () => rejects(({ aud: _, ...claims }) => mint(claims)));

    it('oidcc-client-test-missing-iat', () => rejects(({ iat: _, ...claims }) => mint(claims)));

    it('oidcc-client-test-kid-absent-single-jwks: the only key there is', async () => {
      const { browser } = await signIn((claims) => mint(claims, { kid: undefined }));
      await accepts(browser);
    });

    it('oidcc-client-test-kid-absent-multiple-jwks: nobody guesses', async () => {
      await app.logto.rotateKeys('ES384');
      await rejects((claims) => mint(claims, { kid: undefined }));
    });

    it.each<SigningAlgorithm>(['RS256', 'PS256', 'ES256', 'ES384', 'ES512'])(
      'oidcc-client-test-idtoken-sig-rs256, with %s too',
      async (alg) => {
        await app.logto.rotateKeys(alg, { keepOld: false });
        await accepts(await app.signedInBrowser());
      },
    );

    it('oidcc-client-test-idtoken-sig-none', async () => {
      await rejects((claims) => unsigned(claims));
      await rejects((claims) => unsigned(claims, { kid: app.logto.signingKey().kid }));
    });

    it.each<[string, SigningAlgorithm]>([
      ['rs256', 'RS256'],
      ['es256', 'ES256'],
    ])('oidcc-client-test-invalid-sig-%s', async (_name, alg) => {
      await app.logto.rotateKeys(alg, { keepOld: false });
      await rejects((claims) => forged(claims));
      // A signature that is none, and claims that were changed under a good one.
      await rejects(async (claims) => `${(await mint(claims)).replace(/[^.]*$/, '')}AAAA`);
      await rejects(async (claims) => {
        const [header, , signature] = (await mint(claims)).split('.');
        const [, payload] = encoded({}, { ...claims, sub: 'somebody' }).split('.');
        return [header, payload, signature].join('.');
      });
    });

    it('oidcc-client-test-invalid-sig-hs256', async () => {
      await rejects((claims) => hs256(claims, CLIENT.secret));
      const { kty, crv, x, y } = await exportJWK(app.logto.signingKey().privateKey);
      await rejects((claims) => hs256(claims, JSON.stringify({ kty, crv, x, y })));
    });

    it('oidcc-client-test-userinfo-invalid-sub', async () => {
      const browser = await app.signedInBrowser();
      app.logto.changeUserInfo({ sub: 'somebody', identities: {} });
      const { status, body } = await browser.get(`${app.url}/account`);
      expect(status).toBe(200);
      expect(body).not.toContain('@ada-l');
      expect(body).not.toContain('somebody');
      app.logto.changeUserInfo(null);
      expect((await browser.get(`${app.url}/account`)).body).toContain('@ada-l');
    });

    it('oidcc-client-test-scope-userinfo-claims', async () => {
      const { body } = await (await app.signedInBrowser()).get(`${app.url}/account`);
      for (const claim of ['Ada Lovelace', 'ada@example.org', '@ada-l'])
        expect(body).toContain(claim);
    });

    it('oidcc-client-test-client-secret-basic', async () => {
      await accepts(await app.signedInBrowser());
      const refused = await startDoorstep({ environment: { LOGTO_APP_SECRET: 'another-secret' } });
      const browser = refused.browser();
      const page = await browser.get(await refused.upToCallback(browser));
      expect([page.status, reasonOn(page)]).toEqual([502, 'logto_refused']);
      await refused.close();
    });
  });

  describe('configuration and keys', () => {
    it('oidcc-client-test-discovery-openid-config, -discovery-jwks-uri-keys', async () => {
      await app.signedInBrowser();
      expect([app.logto.calls.discovery, app.logto.calls.jwks]).toEqual([1, 1]);
    });

    it.each([OTHER_ISSUER, ''])(
      'oidcc-client-test-discovery-issuer-mismatch: %j',
      async (issuer) => {
        app.logto.announceIssuer(issuer || `${app.logto.issuer}/`);
        const page = await app.browser().get(`${app.url}/sign-in`, { follow: false });
        expect([page.status, reasonOn(page)]).toEqual([503, 'logto_wrong_issuer']);
      },
    );

    it('oidcc-client-test-signing-key-rotation', async () => {
      await app.signedInBrowser();
      await app.logto.rotateKeys('ES384', { keepOld: false });
      await accepts(await app.signedInBrowser());
    });

    it('oidcc-client-test-signing-key-rotation-just-before-signing', async () => {
      await app.signedInBrowser();
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      await app.logto.rotateKeys('RS256', { keepOld: false });
      await browser.get(callback);
      await accepts(browser);
    });
  });

  describe('refresh', () => {
    const whyEnded = () => app.logs.find(({ event }) => event === 'session.ended')?.why;

    it('oidcc-client-test-refresh-token', async () => {
      const browser = await app.signedInBrowser();
      later(11 * MINUTE);
      await accepts(browser);
      expect(app.logto.tokenCalls.refresh_token).toBe(1);
    });

    it.each([
      ['invalid-issuer', { iss: OTHER_ISSUER }],
      ['invalid-sub', { sub: 'somebody' }],
    ])('oidcc-client-test-refresh-token-%s', async (_name, claims) => {
      const browser = await app.signedInBrowser();
      app.logto.changeIdTokens(claims);
      later(11 * MINUTE);
      expect(await people.isIn(browser)).toBe(false);
      expect(whyEnded()).toBe('identity_changed');
    });
  });

  describe('RP-initiated logout', () => {
    const signOut = async (browser: Browser) => {
      await browser.post(`${app.url}/sign-out`, {});
      await browser.submit({});
    };

    it('oidcc-client-test-rp-init-logout, -rp-init-logout-no-state', async () => {
      const browser = await app.signedInBrowser();
      await signOut(browser);
      expect(browser.page?.url).toBe(`${app.url}/`);
      expect(browser.page?.body).toContain('You are signed out.');
      // Logto's own session has ended too: it asks again.
      const next = await browser.get(`${app.url}/sign-in`);
      expect(new URL(next.url).origin).toBe(app.logto.endpoint);
    });

    it('oidcc-client-test-rp-init-logout-other-state: none was sent, so any is ignored', async () => {
      const browser = await app.signedInBrowser();
      await signOut(browser);
      expect((await browser.get(`${app.url}/?state=other`)).status).toBe(200);
      expect(await people.isIn(browser)).toBe(false);
    });
  });

  describe('back-channel logout', () => {
    const claimsFor = (sub: string): JWTPayload => {
      const iat = Math.floor(Date.now() / 1000);
      const base = { iss: app.logto.issuer, aud: CLIENT.id, iat, exp: iat + 120, jti: 'jti', sub };
      return { ...base, events: { [EVENT]: {} } };
    };
    const typ = { typ: 'logout+jwt' };
    const send = async (make: (claims: JWTPayload) => string | Promise<string>) => {
      const browser = await app.signedInBrowser();
      const logout_token = await make(claimsFor(await people.claim(browser, 'sub')));
      const answer = await request(app.url)
        .post('/backchannel-logout')
        .type('form')
        .send({ logout_token });
      return { status: answer.status, isIn: await people.isIn(browser) };
    };

    it('oidcc-client-test-rp-backchannel-rpinitlogout', async () => {
      const answer = await send((claims) => mint(claims, typ));
      expect(answer).toEqual({ status: 200, isIn: false });
    });

    it.each<[string, (claims: JWTPayload) => string | Promise<string>]>([
      ['alg-none', (claims) => unsigned(claims, typ)],
      ['no-event', ({ events: _, ...claims }) => mint(claims, typ)],
      ['with-nonce', (claims) => mint({ ...claims, nonce: 'n' }, typ)],
      ['wrong-alg', (claims) => hs256(claims, CLIENT.secret, typ)],
      [
        'wrong-alg, of another key',
        async (claims) => {
          const { kid } = app.logto.signingKey();
          return sign(await createSigningKey('RS256'), claims, { ...typ, kid });
        },
      ],
      ['wrong-aud', (claims) => mint({ ...claims, aud: 'another-app' }, typ)],
      ['wrong-event', (claims) => mint({ ...claims, events: { 'urn:other': {} } }, typ)],
      ['wrong-iss', (claims) => mint({ ...claims, iss: OTHER_ISSUER }, typ)],
      ['(a forged signature)', (claims) => forged(claims, typ)],
    ])('oidcc-client-test-rp-backchannel-rpinitlogout-%s', async (_name, make) => {
      expect(await send(make)).toEqual({ status: 400, isIn: true });
    });
  });

  it('docs/conformance.md names every module that is tried here', () => {
    const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
    const documented = read('../../../docs/conformance.md');
    for (const module of read('conformance.test.ts').match(
      /oidcc-client-test[a-z0-9-]*[a-z0-9]/g,
    ) ?? []) {
      expect(documented).toContain(module);
    }
  });
});

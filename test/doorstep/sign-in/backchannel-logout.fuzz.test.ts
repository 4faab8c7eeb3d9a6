import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT } from '../../harness/doorstep.ts';
import { encoded, headerText, text } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';
import type { Ask, Header } from '../../harness/wire.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const FORM: Header = ['Content-Type', 'application/x-www-form-urlencoded'];

type Claims = Record<string, unknown>;
interface Forgery {
  claims: Claims;
  header: Record<string, unknown>;
}

/** A JSON value that is no string, or none that would do. */
const wrongType = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e300, '', [], {}, [[]], ['x'], [EVENT]),
  fc.jsonValue({ maxDepth: 2 }).filter((value) => typeof value !== 'string'),
);
const seconds = () => Math.floor(Date.now() / 1000);

/** Each makes a token that Logto signed itself one that must be refused. */
const flaw: fc.Arbitrary<Forgery> = fc.oneof(
  fc
    .oneof(
      fc.constant(undefined),
      wrongType,
      text.filter((value) => value !== 'logout+jwt'),
    )
    .map((typ) => ({
      claims: {},
      header: { typ: typeof typ === 'string' ? typ : JSON.stringify(typ) },
    })),
  claim('iss', fc.oneof(fc.constant(undefined), wrongType, text)),
  claim('aud', fc.oneof(fc.constant(undefined), wrongType, text, fc.array(text))),
  claim('iat', fc.oneof(fc.constant(undefined), wrongType.filter(notANumber), text, agesOff())),
  claim('exp', fc.oneof(fc.constant(undefined), wrongType.filter(notANumber), text, longPast())),
  claim('jti', fc.oneof(fc.constant(undefined), wrongType, fc.constant('x'.repeat(257)))),
  claim('nonce', fc.oneof(text, fc.jsonValue({ maxDepth: 1 }))),
  claim('sub', wrongType),
  claim('sid', wrongType),
  claim(
    'nbf',
    fc.oneof(
      wrongType.filter(notANumber),
      fc.integer({ min: 400, max: 1e6 }).map((s) => seconds() + s),
    ),
  ),
  claim(
    'events',
    fc.oneof(
      fc.constant(undefined),
      wrongType,
      fc.constant({ [`${EVENT}/`]: {} }),
      fc
        .constantFrom<unknown>(null, true, 0, '', 'x', [], [{}])
        .map((value) => ({ [EVENT]: value })),
    ),
  ),
  fc.constant({ claims: { sub: undefined, sid: undefined }, header: {} }),
);

function claim(name: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<Forgery> {
  return values.map((value) => ({ claims: { [name]: value }, header: {} }));
}
function notANumber(value: unknown): boolean {
  return typeof value !== 'number';
}
/** Further off than clocks may differ, either way. */
function agesOff(): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: 620, max: 1e9 }), fc.constantFrom(-1, 1))
    .map(([off, way]) => seconds() + way * off);
}
function longPast(): fc.Arbitrary<number> {
  return fc.integer({ min: 310, max: 1e9 }).map((past) => seconds() - past);
}

describe('hostile logout tokens', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  let victim: { sub: string };
  let jwk: JWK;
  beforeAll(async () => {
    siege = await laySiege();
    const { logto } = siege.app;
    const page = await siege.ada.browser.get(`${siege.app.url}/account`);
    const sub = /<code>sub<\/code>[\s\S]*?<td><code>(\w+)/.exec(page.body)?.[1] ?? '';
    victim = { sub };
    expect(sub).not.toBe('');
    const { keys }: { keys: JWK[] } = JSON.parse(
      await (await fetch(`${logto.issuer}/jwks`)).text(),
    );
    jwk = keys[0] ?? {};
  });
  afterAll(() => siege.close());

  const claims = (): Claims => ({
    iss: siege.app.logto.issuer,
    aud: CLIENT.id,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 120,
    events: { [EVENT]: {} },
    ...victim,
  });
  const post = (body: string | Buffer, headers: Header[] = [FORM]): Ask => ({
    method: 'POST',
    path: '/backchannel-logout',
    headers,
    body,
  });
  const expectRefused = async (ask: Ask) => {
    const answer = await siege.ask(ask);
    const said = JSON.stringify(ask).slice(0, 1500);
    expect(answer.status, said).toBe(400);
    expect(answer.headers['cache-control'], said).toBe('no-store');
    expect(answer.headers['content-type'], said).toMatch(/^application\/json/);
    expect(JSON.parse(answer.body).error, said).toBe('invalid_request');
    expect(answer.headers['set-cookie']).toBeUndefined();
  };
  const form = (token: string) => new URLSearchParams({ logout_token: token }).toString();

  it('S21 S36 each claim wrong, missing or of another type: 400, everybody stays', async () => {
    const flaws = fc.array(flaw, { minLength: 1, maxLength: 3 });
    await siege.attack(flaws, async (chosen) => {
      // The same claim twice: the last one counts, and is a flaw too.
      const merged = chosen.reduce((all, one) => ({
        claims: { ...all.claims, ...one.claims },
        header: { ...all.header, ...one.header },
      }));
      const token = await siege.app.logto.mintLogoutToken({
        ...merged,
        claims: { ...victim, ...merged.claims },
      });
      await expectRefused(post(form(token)));
    });
  });

  it('S22 S36 alg none, another key, HS256 with the public key: 400, everybody stays', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = createPublicKey({ key: { ...jwk, kty: jwk.kty ?? '' }, format: 'jwk' });
    const publicSecrets = [
      JSON.stringify(jwk),
      pem.export({ type: 'spki', format: 'pem' }).toString(),
      pem.export({ type: 'spki', format: 'pem' }).toString().trim(),
      pem.export({ type: 'spki', format: 'der' }).toString('latin1'),
      jwk.x ?? '',
    ].map((secret) => Buffer.from(secret.padEnd(64, '\0'), 'latin1'));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forger = (alg: string, key: Parameters<SignJWT['sign']>[0]) => (header: object) =>
      new SignJWT(claims()).setProtectedHeader({ ...header, alg }).sign(key);
    const unsigned = (alg: string) => async (header: object) =>
      `${part({ ...header, alg })}.${part(claims())}.`;
    const forgers = fc.oneof(
      fc.constantFrom('none', 'None', 'NONE', '', 'ES384').map(unsigned),
      fc.constant(forger('ES384', stranger.privateKey)),
      fc.constantFrom('RS256', 'PS256').map((alg) => forger(alg, rsa.privateKey)),
      fc
        .tuple(fc.constantFrom('HS256', 'HS384', 'HS512'), fc.constantFrom(...publicSecrets))
        .map(([alg, secret]) => forger(alg, secret)),
    );
    const headers = fc.record({
      typ: fc.constant('logout+jwt'),
      kid: fc.oneof(
        { weight: 3, arbitrary: fc.constant(jwk.kid) },
        { weight: 1, arbitrary: fc.constantFrom('', 'other', '../../dev/null') },
      ),
      // A key that comes with the token must not count.
      jwk: fc.constantFrom(undefined, { kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA' }),
      jku: fc.constantFrom(undefined, 'http://localhost:1/jwks', 'https://evil.example/jwks'),
    });
    await siege.attack(fc.tuple(forgers, headers), async ([forge, header]) => {
      const { kid, ...rest } = header;
      const given = Object.entries({ ...rest, kid }).filter(([, value]) => value !== undefined);
      await expectRefused(post(form(await forge(Object.fromEntries(given)))));
    });
  });

  it('S36 a body that holds no single token: 400, everybody stays', async () => {
    const good = await siege.app.logto.mintLogoutToken({ claims: victim });
    const token = fc.constant(good);
    const damaged = fc.oneof(
      fc.integer({ min: 0, max: good.length - 3 }).map((end) => good.slice(0, end)),
      fc.integer({ min: 1, max: good.length - 3 }).map((start) => good.slice(start)),
      token.map((value) => value.split('.').reverse().join('.')),
      token.map((value) => `${value}.${value}`),
      text.map((other) => other || 'x'),
      fc.integer({ min: 9000, max: 70_000 }).map((length) => 'x'.repeat(length)),
    );
    const bodies = fc.oneof(
      damaged.map((value): [string, Header[]] => [form(value), [FORM]]),
      fc.constantFrom<[string, Header[]]>(
        [`${form(good)}&${form(good)}`, [FORM]],
        [`logout_token[]=${good}`, [FORM]],
        [`logout_token[x]=${good}`, [FORM]],
        [`LOGOUT_TOKEN=${good}`, [FORM]],
        [`${'a=1&'.repeat(20)}${form(good)}`, [FORM]],
        ['', [FORM]],
        [form(good), []],
        [JSON.stringify({ logout_token: good }), [['Content-Type', 'application/json']]],
        [form(good), [['Content-Type', 'text/plain']]],
        [form(good), [['Content-Type', 'multipart/form-data; boundary=x']]],
        [form(good), [FORM, ['Content-Encoding', 'gzip']]],
        [form(good), [FORM, ['Content-Encoding', 'deflate']]],
        [form(good), [FORM, ['Content-Encoding', 'br']]],
        [form(good), [FORM, ['Content-Encoding', 'compress']]],
        [form(good), [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-7']]],
        [`${form(good)}&x=${'x'.repeat(17_000)}`, [FORM]],
      ),
      encoded.map((value): [string, Header[]] => [`logout_token=${value}&x=${value}`, [FORM]]),
      headerText.map((type): [string, Header[]] => [form(good), [['Content-Type', `x${type}`]]]),
    );
    await siege.attack(bodies, ([body, headers]) => expectRefused(post(body, headers)));
  });
});

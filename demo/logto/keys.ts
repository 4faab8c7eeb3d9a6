import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose';

/** What a Logto of August 2026 can sign with: the key's curve decides. */
export const signingAlgorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

const curves: Partial<Record<SigningAlgorithm, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
};

export interface SigningKey {
  alg: SigningAlgorithm;
  kid: string;
  privateKey: KeyObject;
  /** The private key as oidc-provider takes it. */
  jwk: JWK;
}

/** RSA takes longer (some 100 ms): ask for it only where a test needs it. */
export async function createSigningKey(alg: SigningAlgorithm): Promise<SigningKey> {
  const namedCurve = curves[alg];
  const { privateKey } = namedCurve
    ? generateKeyPairSync('ec', { namedCurve })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  // Without `alg`: Logto's RSA keys have none, and oidc-provider adds ES384 by itself.
  return { alg, kid, privateKey, jwk: { ...jwk, kid, use: 'sig' } };
}

/** Signs claims as they are; a header member or claim that is `undefined` is left out. */
export async function sign(
  key: SigningKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

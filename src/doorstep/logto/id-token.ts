import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LogtoUnavailable, SignInFailed } from '../errors.ts';
import { SIGNING_ALGORITHMS } from './key-set.ts';

/** Seconds that clocks may differ, either way; the SDK's own figure. */
const CLOCK_TOLERANCE = 300;

/**
 * Checks signature, issuer, audience and times of an ID token. Takes the place of the SDK's
 * verifier, which fetches the key set anew at every sign-in. Source: OpenID Connect Core 3.1.3.7.
 *
 * @throws {SignInFailed} `id_token_invalid`, or {@link LogtoUnavailable} without a key set.
 */
export async function verifyIdToken(
  idToken: string,
  expected: { getKey: JWTVerifyGetKey; issuer: string; audience: string; now: number },
): Promise<void> {
  const { getKey, issuer, audience, now } = expected;
  try {
    const { payload } = await jwtVerify(idToken, getKey, {
      issuer,
      audience,
      algorithms: SIGNING_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(now),
    });
    if (Math.abs((payload.iat ?? 0) - now / 1000) > CLOCK_TOLERANCE) {
      throw new Error('iat is more than five minutes off: compare the clocks');
    }
  } catch (cause) {
    if (cause instanceof LogtoUnavailable) throw cause;
    throw new SignInFailed('id_token_invalid', 'The ID token does not hold', { cause });
  }
}

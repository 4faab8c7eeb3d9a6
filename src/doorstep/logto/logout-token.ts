import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { InvalidLogoutToken, LogtoUnavailable } from '../errors.ts';
import { SIGNING_ALGORITHMS } from './key-set.ts';

/** Seconds that clocks may differ; Logto gives a logout token two minutes. */
const CLOCK_TOLERANCE = 300;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

const Claims = z
  .looseObject({
    jti: z.string().min(1).max(256),
    sub: z.string().min(1).max(256).optional(),
    sid: z.string().min(1).max(256).optional(),
    events: z.looseObject({ [EVENT]: z.looseObject({}) }),
    nonce: z.never('must not be there').optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, 'sub or sid must be there');

export type LogoutToken = { jti: string } & ({ sid: string } | { sub: string });

/**
 * Checks a logout token: signature, typ, issuer, audience, times, event, no nonce, sub or sid
 * (OpenID Connect Back-Channel Logout 1.0, section 2.6).
 *
 * @returns the session at Logto that ended, or with `sub` alone the user.
 * @throws {InvalidLogoutToken}, or {@link LogtoUnavailable} without a key set.
 */
export async function verifyLogoutToken(
  token: string,
  expected: { getKey: JWTVerifyGetKey; issuer: string; audience: string; now: number },
): Promise<LogoutToken> {
  const { jti, sid, sub } = parse(await verify(token, expected));
  if (sid !== undefined) return { jti, sid };
  return { jti, sub: sub ?? '' };
}

async function verify(
  token: string,
  { getKey, issuer, audience, now }: Parameters<typeof verifyLogoutToken>[1],
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, getKey, {
      typ: 'logout+jwt',
      issuer,
      audience,
      algorithms: SIGNING_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE,
      // Refuses an old one and one from the future, whatever its exp says (S21).
      maxTokenAge: CLOCK_TOLERANCE,
      requiredClaims: ['jti', 'iat', 'exp', 'events'],
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    if (cause instanceof LogtoUnavailable) throw cause;
    throw new InvalidLogoutToken('The logout token does not hold', { cause });
  }
}

function parse(payload: JWTPayload): z.infer<typeof Claims> {
  const parsed = Claims.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidLogoutToken(`The logout token’s ${issue?.path.join('.')} does not hold`);
}

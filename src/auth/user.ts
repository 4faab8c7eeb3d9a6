import type { IdTokenClaims } from '@logto/express';
import type { SignedInUser } from '../session/session.ts';

/**
 * What pages need of an ID token. Logto sends null for what it doesn't know, and `sid` only where
 * the application has back-channel logout with a session (logto-facts: Signing in).
 *
 * Times are milliseconds since 1970.
 */
export function userFrom(
  claims: IdTokenClaims,
  { signedInAt, endsAt, checkedAt }: Pick<SignedInUser, 'signedInAt' | 'endsAt' | 'checkedAt'>,
): Omit<SignedInUser, 'device' | 'huggingFace'> {
  const { iss, sub, sid } = claims;
  return {
    iss,
    sub,
    sid: typeof sid === 'string' ? sid : null,
    name: claims.name ?? null,
    username: claims.username ?? null,
    picture: claims.picture ?? null,
    signedInAt,
    endsAt,
    checkedAt,
  };
}

import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { LogtoUnavailable } from '../errors.ts';

/** What Logto signs with: ES384, or RS256 after a rotation to RSA (S22). */
export const SIGNING_ALGORITHMS = ['ES384', 'RS256'];

/** An unknown key id refetches the set, but not more often than this: anyone can send one. */
const COOLDOWN_MS = 10_000;

/**
 * Logto's signing keys, one set for the whole process. It is fetched when first needed, after ten
 * minutes, and when a token names a key that it doesn't have.
 *
 * @returns a key finder for jose, which throws {@link LogtoUnavailable} when the set can't be read.
 */
export function sharedKeySet(options: {
  fetch: typeof fetch;
  timeoutMs: number;
}): (jwksUri: string) => JWTVerifyGetKey {
  let shared: { uri: string; getKey: JWTVerifyGetKey } | undefined;
  return (uri) => {
    if (shared?.uri !== uri) shared = { uri, getKey: remoteKeySet(uri, options) };
    return shared.getKey;
  };
}

function remoteKeySet(
  uri: string,
  { fetch, timeoutMs }: { fetch: typeof globalThis.fetch; timeoutMs: number },
): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(uri), {
    [customFetch]: fetch,
    timeoutDuration: timeoutMs,
    cooldownDuration: COOLDOWN_MS,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      // These two speak of the token; everything else means that the set could not be read.
      if (cause instanceof errors.JWKSNoMatchingKey) throw cause;
      if (cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      throw new LogtoUnavailable('The key set of Logto could not be read', { cause });
    }
  };
}

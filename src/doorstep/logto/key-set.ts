import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { z } from 'zod';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import type { Request } from './requester.ts';
import { SharedValue } from './shared-value.ts';

/**
 * What Logto can sign with: the curve of its key decides, and an RSA key knows two (S22). A token is
 * verified by the algorithm of the key that `kid` names only: jose compares type, curve and `alg`.
 */
export const SIGNING_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256'];

const LIFETIME_MS = 10 * 60_000;
/** An unknown key id of a token that anybody can send refetches the set no more often than this. */
const COOLDOWN_MS = 10_000;
/** In an ID token that Logto itself gave us, keys have been rotated: at once, but no more often than this. */
const OWN_TOKEN_COOLDOWN_MS = 1000;

type Key = Awaited<ReturnType<JWTVerifyGetKey>>;

export interface FindOptions {
  isOwn?: boolean;
  waitMs?: number;
}

export interface KeySet {
  /**
   * The key that a token's header names.
   *
   * @param options.isOwn Whether the token came from our own call of the token endpoint.
   * @param options.waitMs How long this one waits for Logto at most, all in all.
   * @throws jose's JWKSNoMatchingKey and JWKSMultipleMatchingKeys, which speak of the token, and
   * {@link LogtoUnavailable} when the set can't be read.
   */
  find(header: JWSHeaderParameters, options?: FindOptions): Promise<Key>;
}

/**
 * Logto's signing keys, one set for the whole process. It is fetched when first needed, after ten
 * minutes, and when a token names a key that it doesn't have.
 */
export function sharedKeySet(options: {
  request: Request;
  timeoutMs: number;
  now: () => number;
}): (jwksUri: string) => KeySet {
  let shared: { uri: string; keySet: KeySet } | undefined;
  return (uri) => {
    if (shared?.uri !== uri) shared = { uri, keySet: remoteKeySet(uri, options) };
    return shared.keySet;
  };
}

function remoteKeySet(
  uri: string,
  { request, timeoutMs, now }: { request: Request; timeoutMs: number; now: () => number },
): KeySet {
  const load = async () => parse(await request(uri, {}, timeoutMs).catch(asUnavailable));
  const keys = new SharedValue({ load, maxAgeMs: LIFETIME_MS, now });
  let refetchedAt = Number.NEGATIVE_INFINITY;

  /** The set as it is now, unless it was asked for too recently. */
  const refetch = (isOwn: boolean, waitMs: number) => {
    if (!isOwn) return keys.get(waitMs, COOLDOWN_MS);
    const isTooSoon = Math.abs(now() - refetchedAt) < OWN_TOKEN_COOLDOWN_MS;
    if (!keys.isLoading && isTooSoon) return keys.get(waitMs);
    if (!keys.isLoading) refetchedAt = now();
    return keys.get(waitMs, 0);
  };

  return {
    async find(header, { isOwn = false, waitMs = timeoutMs } = {}) {
      const startedAt = performance.now();
      const set = await keys.get(waitMs);
      try {
        return await set(header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const leftMs = waitMs - (performance.now() - startedAt);
        const current = await refetch(isOwn, leftMs);
        if (current === set) throw error;
        return current(header);
      }
    },
  };
}

type LocalKeySet = (header: JWSHeaderParameters, token?: FlattenedJWSInput) => Promise<Key>;

/** RFC 7517 section 5. What a key has to look like, jose looks at when it is used. */
const Keys: z.ZodType<JSONWebKeySet> = z.object({
  keys: z.array(z.looseObject({ kty: z.string() })),
});

function parse(body: string): LocalKeySet {
  try {
    return createLocalJWKSet(Keys.parse(JSON.parse(body)));
  } catch (cause) {
    throw new LogtoUnavailable('The key set of Logto could not be read', { cause });
  }
}

/** The set needs no credentials, so nobody was refused: it is not there. */
function asUnavailable(cause: unknown): never {
  if (!(cause instanceof LogtoRefused)) throw cause;
  throw new LogtoUnavailable('The key set of Logto could not be read', { cause });
}

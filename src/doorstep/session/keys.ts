import { randomBytes } from 'node:crypto';

/**
 * A new id. Its braces are a hash tag, which alone decides about the slot in a Redis Cluster: record
 * and tokens of one session are in one slot, so one script reaches both.
 */
export const newSessionId = (): string => `{${randomBytes(24).toString('base64url')}}`;

/** Versions before had ids without braces: their two keys may be at two nodes. */
export const isInOneSlot = (id: string): boolean => id.startsWith('{');

/** Redis key of a session's record. */
export const recordKey = (id: string): string => `session:${id}`;

/** Redis key of a session's tokens. */
export const tokensKey = (id: string): string => `session-tokens:${id}`;

import { z } from 'zod';

/** Which access token is wanted; without a resource the opaque one for userinfo. */
export interface Audience {
  resource?: string | undefined;
  organizationId?: string | undefined;
}

/** An access token this close to its end is as good as expired. */
const EXPIRY_LEEWAY_SECONDS = 30;

/** The map in which @logto/client keeps access tokens; `expiresAt` in seconds since 1970. */
const AccessTokens = z.record(
  z.string(),
  z.looseObject({ token: z.string(), expiresAt: z.number() }).optional(),
);

const accessTokensOf = (json: string) => AccessTokens.parse(JSON.parse(json));

/** @param now Milliseconds since 1970. @returns null without one that lives on for a while. */
export function freshToken(json: string, key: string, now: number): string | null {
  const found = accessTokensOf(json)[key];
  return found && found.expiresAt - EXPIRY_LEEWAY_SECONDS > now / 1000 ? found.token : null;
}

/** The SDK returns an unexpired token from its map; taking it out makes it ask Logto. */
export function omitToken(json: string, key: string): string {
  const { [key]: _, ...others } = accessTokensOf(json);
  return JSON.stringify(others);
}

/** Forgets all but one. */
export const pickToken = (json: string, key: string): string =>
  JSON.stringify({ [key]: accessTokensOf(json)[key] });

/** The key under which @logto/client keeps an access token. */
export function accessTokenKey({ resource = '', organizationId }: Audience): string {
  return `@${resource}${organizationId ? `#${organizationId}` : ''}`;
}

/** Which access token is wanted; without a resource the opaque one for userinfo. */
export interface Audience {
  resource?: string;
  organizationId?: string | undefined;
}

/** An access token this close to its end is as good as expired, seconds. */
const LEEWAY = 30;

type AccessTokens = Record<string, { token: string; expiresAt: number } | undefined>;

/** @param json The map in which @logto/client keeps access tokens. */
const accessTokensOf = (json: string): AccessTokens => JSON.parse(json);

/** @param now Milliseconds since 1970. @returns null without one that lives on for a while. */
export function freshToken(json: string, key: string, now: number): string | null {
  const found = accessTokensOf(json)[key];
  return found && found.expiresAt - LEEWAY > now / 1000 ? found.token : null;
}

/** The SDK returns an unexpired token from its map; taking it out makes it ask Logto. */
export function without(json: string, key: string): string {
  const { [key]: _, ...others } = accessTokensOf(json);
  return JSON.stringify(others);
}

/** Forgets all but one. */
export const only = (json: string, key: string): string =>
  JSON.stringify({ [key]: accessTokensOf(json)[key] });

/** The key under which @logto/client keeps an access token. */
export function accessTokenKey({ resource = '', organizationId }: Audience): string {
  return `@${resource}${organizationId ? `#${organizationId}` : ''}`;
}

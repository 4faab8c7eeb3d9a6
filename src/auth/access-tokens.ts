/** Which access token is wanted; without a resource the opaque one for userinfo. */
export interface Audience {
  resource?: string;
  organizationId?: string | undefined;
}

type AccessTokens = Record<string, { token: string; expiresAt: number } | undefined>;

/** @param json The map in which @logto/client keeps access tokens. */
export const accessTokensOf = (json: string): AccessTokens => JSON.parse(json);

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

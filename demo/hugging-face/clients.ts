export interface HuggingFaceClient {
  id: string;
  secret: string;
  /** Compared as they are, to the letter. */
  redirectUris: string[];
}

/** What Hugging Face gives for a code: whether it does is not known, so all of them have to work. */
export type RefreshTokens = 'none' | 'kept' | 'rotating';

export interface Grant {
  clientId: string;
  username: string;
  scope: string;
}

/** Codes and tokens that are out. `expiresAt` in milliseconds. */
export interface Authorizations {
  codes: Map<
    string,
    { clientId: string; redirectUri: string; username: string; scope: string; expiresAt: number }
  >;
  tokens: Map<string, Grant & { expiresAt: number }>;
  refreshTokens: Map<string, Grant>;
}

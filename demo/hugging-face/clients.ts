export interface HuggingFaceClient {
  id: string;
  secret: string;
  /** Compared as they are, to the letter. */
  redirectUris: string[];
}

/** Codes and tokens that are out. `expiresAt` in milliseconds. */
export interface Authorizations {
  codes: Map<
    string,
    { clientId: string; redirectUri: string; username: string; scope: string; expiresAt: number }
  >;
  tokens: Map<string, { username: string; scope: string; expiresAt: number }>;
}

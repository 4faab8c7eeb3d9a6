/** The members of `WWW-Authenticate: Bearer` (RFC 6750 section 3). */
export type Challenge = Record<string, string>;

/** What it takes, by its name at Logto. */
export interface MissingPermission {
  kind:
    | 'scope'
    | 'role'
    | 'organization'
    | 'organization role'
    | 'Hugging Face organization'
    | 'Hugging Face role'
    | 'Hugging Face subscription';
  name: string;
}

/** What a 403 has to say. */
export interface Denial {
  missing: MissingPermission;
  /** Who lacks it, as people know the account: "@ada-l". */
  account: string;
  /** For whoever holds an access token. */
  challenge: Challenge | null;
}

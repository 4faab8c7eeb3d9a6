/** The members of `WWW-Authenticate: Bearer` (RFC 6750 section 3). */
export type Challenge = Record<string, string>;

/** What a 403 has to say. */
export interface Refusal {
  /** What it takes, by its name at Logto. */
  missing: { kind: 'scope' | 'role' | 'organization' | 'organization role'; name: string };
  /** Who lacks it, as people know the account: "@ada-l". */
  account: string;
  purpose: Purpose | undefined;
  /** For a caller with an access token. */
  challenge: Challenge | null;
}

/** What it would have been for: "You can’t add books yet", "Adding books". */
export interface Purpose {
  heading: string;
  acting: string;
  /** Label of the way back to the same address. */
  back?: string;
}

/** Where the kit's own routes are. Each begins with a slash. */
export interface Paths {
  /** GET; `/sign-in` by default. */
  signIn: string;
  /** GET; `/sign-up` by default. Logto's page for new accounts. */
  signUp: string;
  /** GET and POST; `/sign-in/link` by default. Where sign-in links lead. */
  signInLink: string;
  /** GET; `/callback` by default. Register `<BASE_URL><callback>` at Logto as redirect URI. */
  callback: string;
  /** POST; `/sign-out` by default. */
  signOut: string;
  /** POST; `/backchannel-logout` by default. Register it at Logto as back-channel logout URI. */
  backchannelLogout: string;
  /** POST; `/hooks/logto` by default, and only with LOGTO_WEBHOOK_SIGNING_KEY. Logto's webhook calls it. */
  webhook: string;
}

export const DEFAULT_PATHS: Paths = {
  signIn: '/sign-in',
  signUp: '/sign-up',
  signInLink: '/sign-in/link',
  callback: '/callback',
  signOut: '/sign-out',
  backchannelLogout: '/backchannel-logout',
  webhook: '/hooks/logto',
};

/** All in seconds. */
export interface Lifetimes {
  authorizationCode: number;
  accessToken: number;
  idToken: number;
  refreshToken: number;
  session: number;
  grant: number;
  /** How long a sign-in page may stay open. */
  interaction: number;
}

const day = 24 * 60 * 60;

/** Logto's own, measured on 1.42. */
export const defaultLifetimes: Lifetimes = {
  authorizationCode: 60,
  accessToken: 60 * 60,
  idToken: 60 * 60,
  refreshToken: 14 * day,
  session: 14 * day,
  grant: 180 * day,
  interaction: 60 * 60,
};

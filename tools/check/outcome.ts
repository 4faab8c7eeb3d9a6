/** ok: as it should be. warning: works, but something is weaker. error: sign-in or the app is broken. */
export type Status = 'ok' | 'warning' | 'error' | 'skipped';

/** One line of the report. Never holds a secret. */
export interface Finding {
  status: Status;
  message: string;
  /** What to do; absent when nothing is. */
  next?: string;
}

/** What a check found. Checks that build on it run only when there is a value. */
export interface Outcome<T> {
  findings: Finding[];
  value?: T;
}

export const ok = (message: string): Finding => ({ status: 'ok', message });

export const warning = (message: string, next: string): Finding => ({
  status: 'warning',
  message,
  next,
});

export const error = (message: string, next: string): Finding => ({
  status: 'error',
  message,
  next,
});

/** Not checked, and why; that alone is no fault. */
export const skipped = (message: string): Finding => ({ status: 'skipped', message });

/** The end of this branch: what builds on it is not checked. */
export const stop = (...findings: Finding[]): Outcome<never> => ({ findings });

/** Good enough to go on from. */
export const goOn = <T>(value: T, ...findings: Finding[]): Outcome<T> => ({ findings, value });

import type { Result } from '../../../tools/check/checkup.ts';

/** What is marked ⚠ or ✗: check, status, message. */
export const complaints = (results: Result[]) =>
  results.flatMap(({ name, findings }) =>
    findings
      .filter(({ status }) => status === 'warning' || status === 'error')
      .map(({ status, message, next }) => ({ name, status, message, next })),
  );

export const waiting = (results: Result[]) =>
  results.filter(({ waitsFor }) => waitsFor !== undefined).map(({ name }) => name);

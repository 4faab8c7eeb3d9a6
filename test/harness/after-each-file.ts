import { afterAll, vi } from 'vitest';

/** The next file runs in the same process: it must not find this one's clock or globals. */
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

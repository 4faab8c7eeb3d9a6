import { defineConfig } from 'vitest/config';

/** `npm run test:ha`: real failovers take seconds, so these are not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/ha/**/*.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    // One after the other: what is timed here should have the machine for itself.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A busy machine takes longer than Vitest's second, and nothing asserts on it.
    expect: { poll: { timeout: 30_000 } },
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

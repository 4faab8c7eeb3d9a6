import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/ha/**'],
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A busy machine takes longer than Vitest's second, and nothing asserts on it.
    expect: { poll: { timeout: 30_000 } },
    // oidc-provider warns on Node 20, once a file; the stand-in works there all the same.
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

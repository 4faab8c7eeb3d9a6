import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/ha/**', 'test/proxies/**', 'test/containers/**'],
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // oidc-provider warns on Node 20, once a file; the stand-in works there all the same.
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

import { defineConfig } from 'vitest/config';

/** Real proxies in front of real processes: `npm run test:proxies`, where nginx and Caddy are installed. */
export default defineConfig({
  test: {
    include: ['test/proxies/**/*.test.ts'],
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 1,
    testTimeout: 240_000,
    hookTimeout: 60_000,
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

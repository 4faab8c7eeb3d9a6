import { defineConfig } from 'vitest/config';

/** `npm run fuzz`. The number of runs is set here: `NAME=value command` is no command on Windows. */
export default defineConfig({
  test: {
    include: [
      'test/fuzz/**/*.test.ts',
      'test/**/*.fuzz.test.ts',
      'test/**/{return-path,sealer}.test.ts',
    ],
    env: { FUZZ_RUNS: '10000' },
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files that take long: they start compilers and browsers. */
const LONG = /\/(docs\/(deletable|add-a-page)|browser\/pages|deploy\/package)\.test\.ts$/;

/** Vitest begins with the largest files. The small ones among the long would be all that runs at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/ha/**', 'test/proxies/**', 'test/containers/**'],
    globalSetup: ['test/harness/global-setup.ts'],
    maxWorkers: 2,
    // Files of one worker share its modules: docs/decisions/038-test-files-share-a-process.md.
    isolate: false,
    setupFiles: ['test/harness/after-each-file.ts'],
    sequence: { sequencer: LongestFirst },
    // The second run of .ci/run, which is without the two, leaves these out. `npm test` never does.
    tags: [
      {
        name: 'compiles',
        description:
          'Runs the compiler, Biome or knip: the same with and without redis-server and Chromium',
        timeout: 480_000,
      },
    ],
    // For a busy machine: nothing asserts on these, and what hangs fails all the same.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    // oidc-provider warns on Node 20, once a file; the stand-in works there all the same.
    onConsoleLog: (log) => !log.includes('oidc-provider'),
  },
});

import { defineConfig } from 'vitest/config';

/** `npm run test:containers`: with a container engine only (docs/compose.md says how). */
export default defineConfig({
  test: {
    include: ['test/containers/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});

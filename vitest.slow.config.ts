import { defineConfig } from 'vitest/config';

/** Longer campaigns, `npm run test:slow`: one file at a time, because they measure memory. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    testTimeout: 30 * 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
});

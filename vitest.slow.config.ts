import { defineConfig } from 'vitest/config';
import { skippedTestsReport } from './test/skipped-tests-report.js';

/** Longer campaigns, `npm run test:slow`: one file at a time, because they measure memory. `.ci/run` runs the guide's, `npm run test:guide`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts', 'test/model/registry.test.ts'],
    env: { TEXTLOOM_TEST_EVERY_VARIANT: '1' },
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    reporters: ['default', skippedTestsReport()],
    testTimeout: 30 * 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
});

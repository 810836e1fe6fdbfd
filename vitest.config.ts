import { defineConfig } from 'vitest/config';
import { skippedTestsReport } from './test/skipped-tests-report.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    reporters: ['default', skippedTestsReport()],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: '100%',
  },
});

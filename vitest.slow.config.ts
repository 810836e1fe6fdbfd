import { defineConfig } from 'vitest/config';
import { stageReport } from './test/stage-report.js';
import { inAnotherStage } from './vitest.config.js';

/**
 * What `npm test` leaves out, because it has to be short: `npm run test:slow`, one file at a time, because some measure memory. `.ci/run` runs a
 * part: the commands of the guide (`npm run test:guide`), and what `inAnotherStage` lists and the whole way of every layer (`npm run
 * test:more`).
 */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts', 'test/model/registry.test.ts', ...inAnotherStage],
    env: { TEXTLOOM_TEST_WHOLE_WAY: '1' },
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    reporters: ['default', stageReport()],
    testTimeout: 30 * 60_000,
    // A busy machine needs many.
    hookTimeout: 10 * 60_000,
    expect: { poll: { timeout: 2 * 60_000 } },
    pool: 'forks',
    fileParallelism: false,
  },
});

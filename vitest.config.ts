import { defineConfig } from 'vitest/config';
import { skippedTestsReport } from './test/skipped-tests-report.js';

/**
 * Most of the time of a small test file goes into importing the program, so the files that one process runs share its modules. A test of
 * these folders must therefore not change a module's state, nor an environment variable but with `vi.stubEnv`. Tests of threads, of engines
 * and of memory have a process of their own.
 */
const shared = [
  'test/{bench,commands,config,docs,evaluate,files,foundation,graph,import,onnx,run,sample,text,ui}/**/*.test.ts',
  'test/engine/typed-array/elementwise/*.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    reporters: ['default', skippedTestsReport()],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: '100%',
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: 'shared', include: shared, isolate: false } },
      { extends: true, test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: ['test/slow/**', ...shared] } },
    ],
  },
});

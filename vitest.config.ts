import { defineConfig } from 'vitest/config';
import { stageReport } from './test/stage-report.js';

/**
 * What `npm run test:more` runs, because `npm test` has to be short: bad input to commands, the emulated device of WebGPU, which takes long to
 * compile shaders, pages in a browser, and commands that measure or train many times.
 */
export const inAnotherStage = [
  'test/commands/{bad-input,diagnose,evaluate,report,tune}/**/*.test.ts',
  'test/commands/export/{browser,firefox}.test.ts',
  'test/commands/train/queue.test.ts',
  'test/engine/onnxruntime/webgpu.test.ts',
  'test/formats/**/*.test.ts',
  'test/docs/examples.test.ts',
  'test/package.test.ts',
  'test/parallel/mpi.test.ts',
  'test/serve/browser.test.ts',
];

/**
 * Most of the time of a small test file goes into importing the program, so the files that one process runs share its modules. A test must
 * therefore not change a module's state, nor an environment variable but with `vi.stubEnv`. Tests of engines and of memory have a process
 * of their own, and so has one that registers a layer.
 */
const isolated = [
  'test/engine/{onnxruntime,reference}/**/*.test.ts',
  'test/engine/typed-array/{,kernels/}*.test.ts',
  'test/train/{buffers,memory}.test.ts',
];

/** Milliseconds that a test, a hook and a poll may each take: a busy machine needs many. */
const PATIENCE = 180_000;

export default defineConfig({
  test: {
    globalSetup: 'test/random-seed.ts',
    setupFiles: 'test/random-seed.ts',
    reporters: ['default', stageReport()],
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
    pool: 'forks',
    maxWorkers: '100%',
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/slow/**', ...inAnotherStage, ...isolated],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'isolated', include: isolated, exclude: inAnotherStage } },
    ],
  },
});

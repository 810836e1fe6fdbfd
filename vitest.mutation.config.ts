import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Short test files first: the first test that fails ends the run of a mutant. */
class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

const all = 'commands,engine,evaluate,export,graph,import,model,onnx,run,sample,text,train';
const places = (process.env.MUTATION_TESTS || all).split(',');

/**
 * The tests that mutation testing runs, `npm run mutation`. Left out are tests that read the source files themselves, for they would see
 * the mutants; the long tests that repeat whole trainings for threads, precisions and corpora, for a mutant that survives runs all its
 * tests; and the test that adds a layer to the registry before the config's schema is made from it, for here other tests have made it
 * already. The variable MUTATION_TESTS selects folders and files of tests.
 */
export default defineConfig({
  test: {
    include: places.map((place) => (place.endsWith('.test.ts') ? `test/${place}` : `test/${place}/**/*.test.ts`)),
    exclude: [
      'test/commands/{terminals,bad-input/interruptions,completion/command}.test.ts',
      'test/engine/onnxruntime/{absent-package,webgpu}.test.ts',
      'test/engine/typed-array/{thread-choice,kernels/scheduler}.test.ts',
      'test/export/{onnx-checker,onnx-precision,pytorch-export,pytorch-spaced-words}.test.ts',
      'test/onnx/encode-model.test.ts',
      'test/text/{benchmark-corpora,fetch/catalogue,token-cache/token-file,unicode/character-classes}.test.ts',
      'test/train/{buffers,corpora,kill-and-resume,memory,same-bits}.test.ts',
    ],
    globalSetup: 'test/random-seed.ts',
    sequence: { sequencer: ShortFirst },
    setupFiles: ['test/random-seed.ts', 'test/mutation/commands-with-mutants.ts'],
    // Most of the time of a test file goes into importing the program; the files of one run share the modules.
    isolate: false,
    testTimeout: 10 * 60_000,
  },
});

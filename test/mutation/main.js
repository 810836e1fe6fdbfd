/**
 * `npm run mutation -- PATH ... [--tests PLACE ...] [--sample N] [--seed S]`: mutation testing with Stryker. Each mutant is one small
 * change of the code, for example `<` to `<=`; a mutant that no test notices has survived. PATH is a folder, a file or
 * `file:line:column-line:column`. With --sample, only N mutants are tested. The order is random, so that the part that a stopped run has
 * done is a sample, too.
 *
 * With --tests, only the tests in these folders and files of `test` are run: faster by far, and the score is a lower bound. What has survived can be
 * tried again with all tests.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { sampleMutants } from './sample-mutants.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string', multiple: true, default: [] },
    sample: { type: 'string', default: 'all' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    concurrency: { type: 'string', default: '1' },
  },
});
const count = values.sample === 'all' ? Number.POSITIVE_INFINITY : Number(values.sample);
const [seed, concurrency] = [Number(values.seed), Number(values.concurrency)];
if (positionals.length === 0 || !(count > 0) || !Number.isSafeInteger(seed) || !(concurrency > 0)) {
  process.stderr.write('usage: npm run mutation -- PATH ... [--tests PLACE ...] [--sample N] [--seed S] [--concurrency C]\n');
  process.exit(2);
}

process.env.MUTATION_TESTS = values.tests.join(',');
sampleMutants(count, seed);
const require = createRequire(import.meta.url);
await new Stryker({
  mutate: positionals.map((path) => (isFolder(path) ? `${path}/**/*.ts` : path)),
  // Tests of commands start the built program.
  buildCommand: 'npm run -s build',
  testRunner: 'vitest',
  plugins: [require.resolve('@stryker-mutator/vitest-runner'), require.resolve('./mutant-lines.js')],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  reporters: ['mutant-lines'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  // Stryker rewrites the paths of a TypeScript configuration in its copy of the project, with a TypeScript that has the old API. Ours
  // has nothing to rewrite.
  tsconfigFile: 'none',
  ignorePatterns: ['/runs', '/.fuzz', '/bench', '/docs'],
  concurrency,
  // All tests share one process.
  testRunnerNodeArgs: ['--max-old-space-size=8192'],
  // A busy machine is slow: a mutant has timed out only when it takes far longer than the tests took without it.
  timeoutMS: 20_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 120,
  allowConsoleColors: false,
}).runMutationTest();

/** @param {string} path */
function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Loaded by Node.js before a command that a test has started: when the command ends, it tells the test which mutants its code went through. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

process.on('exit', () => {
  const coverage = /** @type {any} */ (globalThis).__stryker__?.mutantCoverage?.static;
  const folder = process.env.MUTATION_COVERAGE;
  if (coverage === undefined || folder === undefined) return;
  writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify(coverage));
});

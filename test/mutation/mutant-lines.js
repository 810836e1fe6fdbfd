/** A reporter for Stryker: one line for each mutant as soon as its status is known, and the counts at the end. */
import { relative } from 'node:path';
import { NOT_IN_SAMPLE } from './sample-mutants.js';

class MutantLines {
  /** @type {Map<string, number>} How many mutants have each status. */
  counts = new Map();

  /** @param {{ result: { tests: readonly unknown[] }, timing: { net: number } }} event */
  onDryRunCompleted({ result, timing }) {
    say(`${result.tests.length} tests pass without a mutant, in ${(timing.net / 1000).toFixed(0)} s`);
  }

  /** @param {import('@stryker-mutator/api/core').MutantResult} mutant */
  onMutantTested(mutant) {
    if (mutant.statusReason === NOT_IN_SAMPLE) return;
    this.counts.set(mutant.status, (this.counts.get(mutant.status) ?? 0) + 1);
    const { start, end } = mutant.location;
    const range = `${start.line}:${start.column}-${end.line}:${end.column}`;
    const replacement = (mutant.replacement ?? '').replace(/\s+/g, ' ').slice(0, 100);
    say(`${mutant.status} ${relative('.', mutant.fileName)}:${range} ${mutant.mutatorName} -> ${replacement}`);
  }

  wrapUp() {
    const count = (/** @type {string} */ status) => this.counts.get(status) ?? 0;
    const detected = count('Killed') + count('Timeout');
    const valid = detected + count('Survived') + count('NoCoverage');
    say([...this.counts].map(([status, mutants]) => `${mutants} ${status}`).join(', '));
    say(`score: ${detected} of ${valid}, ${((100 * detected) / valid).toFixed(1)}%`);
  }
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'mutant-lines', injectableClass: MutantLines }];

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

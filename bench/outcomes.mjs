import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The outcomes in a file, to which `add` appends.
 *
 * @template T
 * @typedef {{ path: string, outcomes: T[], add: (outcome: T) => void }} Outcomes
 */

/**
 * The outcomes of a benchmark of many trainings, in a file of JSON lines, so that a stopped benchmark goes on: what is there already need not be
 * trained again.
 *
 * @template T
 * @param {string} name of the benchmark
 * @param {string} commit
 * @param {string | undefined} path instead of one in bench/results/, named after the commit
 * @returns {Outcomes<T>}
 */
export function openOutcomes(name, commit, path) {
  const file = path ?? fileURLToPath(new URL(`results/${name}-${commit}.jsonl`, import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  const outcomes = /** @type {T[]} */ (lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line)));
  return {
    path: file,
    outcomes,
    add(outcome) {
      outcomes.push(outcome);
      appendFileSync(file, `${JSON.stringify(outcome)}\n`);
    },
  };
}

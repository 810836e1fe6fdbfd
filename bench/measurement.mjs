import { spawn } from 'node:child_process';

/**
 * One side of the benchmark: a command that, given `SIZE --seconds S [--cell GRU] [--inference]` after its own arguments, prints
 * as its last line of standard output a JSON object with `tokensPerSecond` (and may say more about itself there).
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env added to the environment
 * @property {string[]} [sizes] the sizes that it takes part in; all when absent
 */

/**
 * What all contestants of a run are asked.
 *
 * @typedef {object} Task
 * @property {number} seconds how long a contestant measures, after its warm-up
 * @property {'LSTM' | 'GRU'} cell
 * @property {boolean} inference forward pass with its loss in place of whole training steps
 */

/** @typedef {{ tokensPerSecond: number, [detail: string]: unknown }} Measurement */

/**
 * Runs a contestant once as a child process and resolves with what its last line says.
 * Throws when it fails or says no tokens per second: a benchmark with holes would be read as one without.
 *
 * @param {Contestant} contestant
 * @param {string} size
 * @param {Task} task
 * @param {number} [timeout] milliseconds after which it is stopped, and fails
 * @returns {Promise<Measurement>}
 */
export function measure(contestant, size, task, timeout) {
  const args = [...contestant.args, size, '--seconds', String(task.seconds)];
  if (task.cell !== 'LSTM') args.push('--cell', task.cell);
  if (task.inference) args.push('--inference');
  return new Promise((resolve, reject) => {
    const child = spawn(contestant.command, args, {
      env: { ...process.env, ...contestant.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const measurement = code === 0 ? lastLine(output) : undefined;
      if (measurement) resolve(measurement);
      else
        reject(
          new Error(
            `${contestant.name} at ${size} ended with ${signal ?? `code ${code}`} and no figure:\n${errors.slice(-2000)}`,
          ),
        );
    });
  });
}

/**
 * @param {string} output
 * @returns {Measurement | undefined}
 */
function lastLine(output) {
  try {
    const value = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    return value.tokensPerSecond > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Measures all contestants in turns, one after another in every round, so that a change of the machine's mood meets all alike.
 *
 * @param {Contestant[]} contestants
 * @param {string} size
 * @param {number} rounds
 * @param {Task} task
 * @param {(name: string, tokensPerSecond: number, round: number) => void} onMeasurement
 * @returns {Promise<Record<string, number[]>>} tokens per second of each round by contestant
 */
export async function interleave(contestants, size, rounds, task, onMeasurement) {
  /** @type {Record<string, number[]>} */
  const figures = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of contestants) {
      const { tokensPerSecond } = await measure(contestant, size, task);
      figures[contestant.name]?.push(tokensPerSecond);
      onMeasurement(contestant.name, tokensPerSecond, round);
    }
  }
  return figures;
}

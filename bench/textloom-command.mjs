import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const executable = fileURLToPath(new URL('../bin/textloom.js', import.meta.url));

/**
 * Runs the real command.
 *
 * @param {readonly string[]} args
 * @param {readonly number[]} expected exit codes that are no error, besides 0
 * @returns {{ status: number, stdout: string }}
 */
export function textloom(args, expected = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [executable, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === null || ![0, ...expected].includes(status))
    throw new Error(`textloom ${args[0]} ended with ${status}: ${stderr}`);
  return { status, stdout };
}

/** Exit code of a training whose loss was no number. */
const DIVERGED = 5;

/**
 * Trains with a config and these changes.
 *
 * @param {string} config
 * @param {readonly string[]} changes as for `--set`
 * @param {string} directory of the run, which is replaced
 * @returns {{ validation: number | null, test: number | null, tokens: number, floor?: number }} losses, null when it diverged; and the entropy of the
 *   validation text, where it is known
 */
export function trainWith(config, changes, directory) {
  const args = ['train', config, '--json', '--overwrite', '--output', directory, ...setFlags(changes)];
  const { status, stdout } = textloom(args, [DIVERGED]);
  if (status === DIVERGED) return { validation: null, test: null, tokens: 0 };
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const { bestValidationLoss, testLoss, tokens, validationFloor } = JSON.parse(last);
  return { validation: bestValidationLoss, test: testLoss, tokens, floor: validationFloor };
}

/** @param {readonly string[]} changes */
export function setFlags(changes) {
  return changes.flatMap((change) => ['--set', change]);
}

/**
 * The changes of a config for a text: `NAME=FILE`, or `ptb=FOLDER` with ptb.train.txt, ptb.valid.txt and ptb.test.txt, which is read by words.
 * A name alone changes nothing.
 *
 * @param {string} given
 */
export function corpusChanges(given) {
  const [text, path] = given.split('=');
  if (path === undefined) return [];
  if (text !== 'ptb') return [`corpus.path=${resolve(path)}`];
  const file = (/** @type {string} */ split) => resolve(path, `ptb.${split}.txt`);
  const files = { train: file('train'), validation: file('valid'), test: file('test') };
  return [`corpus=${JSON.stringify(files)}`, 'tokenizer.type=word'];
}

import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
beforeAll(() => textloom(['train', 'small.yaml', '--quiet', '--output', 'model'], folder));
afterAll(remove);
write('short.txt', 'T');

const cases: readonly [line: string, code: number, ...says: string[]][] = [
  ['--order 3', 2, '--order without --baselines'],
  ['--baselines --order 0', 2, '--order 0: a whole number at least 1 and at most 20'],
  ['--baselines --order 21', 2, '--order 21: a whole number at least 1 and at most 20'],
  ['--baselines --order five', 2, '--order five: a whole number'],
  ['--baselines --split train', 2, '--baselines and --split train'],
  ['short.txt --baselines', 3, 'less than 2'],
  ['--dynamic fast', 2, '--dynamic fast', 'rms, sgd'],
  ['--dynamic', 2, '--dynamic needs a value'],
  ['--dynamic-rate 1', 2, '--dynamic-rate without --dynamic'],
  ['--dynamic-decay 1', 2, '--dynamic-decay without --dynamic'],
  ['--dynamic-window 1', 2, '--dynamic-window without --dynamic'],
  ['--dynamic sgd --dynamic-rate -1', 2, '--dynamic-rate -1: a number at least 0'],
  ['--dynamic sgd --dynamic-decay 1.1', 2, '--dynamic-decay 1.1: a number at least 0 and at most 1'],
  ['--dynamic sgd --dynamic-window 0', 2, '--dynamic-window 0: a whole number at least 1'],
  ['--dynamic sgd --dynamic-rate 1e38 --dynamic-window 1', 5, 'dynamic evaluation diverged', '1e+38'],
  ['--dynamic sgd --window 10', 2, '--dynamic and --window'],
  ['--dynamic rms --split train', 2, '--dynamic rms and --split train'],
  ['--cache 0', 2, '--cache 0: a whole number at least 1'],
  ['--cache many', 2, '--cache many: a whole number'],
  ['--cache-theta 1', 2, '--cache-theta without --cache'],
  ['--cache-lambda 0.5', 2, '--cache-lambda without --cache'],
  ['--cache 10 --cache-theta -1', 2, '--cache-theta -1: a number at least 0'],
  ['--cache 10 --cache-lambda 1', 2, '--cache-lambda 1: a number at least 0 and at most 0.999999'],
  ['--cache 10 --window 10', 2, '--cache and --window'],
  ['--memorization-texts 5', 2, '--memorization-texts without --memorization'],
  ['--memorization-length 5', 2, '--memorization-length without --memorization'],
  ['--memorization --memorization-texts 0', 2, '--memorization-texts 0: a whole number at least 1'],
  ['--memorization --memorization-length 0', 2, '--memorization-length 0: a whole number at least 1'],
  ['--memorization --memorization-texts 500 --memorization-length 2001', 2, '--memorization-length 2001', 'a million tokens'],
  ['--memorization --split train', 2, '--memorization and --split train'],
  ['--context-longest 5', 2, '--context-longest without --context'],
  ['--context-positions 5', 2, '--context-positions without --context'],
  ['--context --context-longest 0', 2, '--context-longest 0: a whole number at least 1'],
  ['--context --context-positions 0.5', 2, '--context-positions 0.5: a whole number at least 1'],
];

describe.concurrent('textloom evaluate model', () => {
  it.for(cases)('%s', async ([line, code, ...says]) => {
    expectRefusal(await textloom(['evaluate', 'model', ...line.split(' ')], folder), { code, says });
  });
});

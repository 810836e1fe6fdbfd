import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../src/config/sweep-flag.js';
import { userErrorOf } from '../foundation/thrown.js';

describe('parseSweep', () => {
  it.each([
    ['training.optimizer.learningRate=0.001,1e-2', 'training.optimizer.learningRate', [0.001, 0.01]],
    ['model.cell.type=lstm, gru', 'model.cell.type', ['lstm', 'gru']],
    ['seed = 1', 'seed', [1]],
    ['tie=true,false', 'tie', [true, false]],
    [
      'model.cell={type: lstm},{type: rnn, nonlinearity: relu}',
      'model.cell',
      [{ type: 'lstm' }, { type: 'rnn', nonlinearity: 'relu' }],
    ],
    ['corpus.path=[a.txt, b.txt],"c,d.txt"', 'corpus.path', [['a.txt', 'b.txt'], 'c,d.txt']],
  ])('%s', (flag, key, values) => {
    expect(parseSweep(flag)).toEqual({ key, values: values.map((value) => JSON.stringify(value)) });
  });

  it.each(['', 'seed', 'seed=', '=1,2', 'a b=1', 'a..b=1', '.a=1'])('refuses %j, which is not a key with values', (flag) => {
    const { kind, message } = userErrorOf(() => parseSweep(flag));
    expect([kind, message]).toEqual(['usage', expect.stringContaining('write a key and its values, as in --sweep')]);
  });

  it.each(['seed=1]', 'seed=[1', 'a={b', 'a=1],[2', 'a=*x'])('refuses %j, which is not YAML', (flag) => {
    expect(userErrorOf(() => parseSweep(flag)).message).toBe(
      `--sweep ${flag}: the values are not YAML; put text with special characters in quotes: 'a.b="...","..."'`,
    );
  });

  it('refuses a value that is given twice', () => {
    expect(userErrorOf(() => parseSweep('a=0.1,2,1e-1')).message).toBe('--sweep a=0.1,2,1e-1: the value 0.1 is given twice');
  });
});

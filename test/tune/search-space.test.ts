import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesAt, inputsOf, isOnBound, parseSearchDimension, searchSpace } from '../../src/tune/search-space.js';
import { userErrorOf } from '../foundation/thrown.js';

const coordinate = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });
const valueAt = (flag: string, at: number) => changesAt(searchSpace([flag]), [at])[0]?.split('=')[1];

describe('parseSearchDimension', () => {
  it.each([
    ['training.optimizer.learningRate=log(1e-4,1e-1)', 'training.optimizer.learningRate', 'log', 1e-4, 0.1],
    ['model.dropout = linear( 0 , 0.5 ) ', 'model.dropout', 'linear', 0, 0.5],
    ['a=linear(-1,1)', 'a', 'linear', -1, 1],
    ['model.layers=integer(1,4)', 'model.layers', 'integer', 1, 4],
    ['model.hiddenSize=log-integer(16,512)', 'model.hiddenSize', 'log-integer', 16, 512],
  ])('%s', (text, key, scale, low, high) => expect(parseSearchDimension(text)).toEqual({ key, scale, low, high }));

  it.each([
    ['a=lstm,gru', ['"lstm"', '"gru"']],
    ['a=1,2.5', ['1', '2.5']],
    ['a={type: lstm},{type: rnn, nonlinearity: relu}', ['{"type":"lstm"}', '{"type":"rnn","nonlinearity":"relu"}']],
    ['a=[1, 2],"x,y"', ['[1,2]', '"x,y"']],
  ])('reads the choices %s', (text, values) =>
    expect(parseSearchDimension(text)).toEqual({ key: 'a', scale: 'choice', values }),
  );

  it.each([
    ['', 1, 'write a key and what it may be'],
    ['a.b', 1, 'write a key and what it may be'],
    ['a b=log(1,2)', 1, 'write a key and what it may be'],
    ['a=', 3, 'the values are missing'],
    ['a=lg(1,2)', 3, 'lg is no scale; there are log, linear, integer, log-integer'],
    ['a=log(1,2', 10, 'the closing bracket of log is missing'],
    ['a=log(1)', 7, 'log has two bounds, as in log(1,100); found 1'],
    ['a=log(1,2,3)', 7, 'log has two bounds, as in log(1,100); found 3'],
    ['a=log(1, x)', 10, 'a bound of log is a number; found x'],
    ['a=linear(,1)', 10, 'a bound of linear is a number; found nothing'],
    ['a=linear(0,Infinity)', 12, 'a bound of linear is a number; found Infinity'],
    ['a=log(0,1)', 7, 'a bound of log is above 0; found 0'],
    ['a=log-integer(0,8)', 15, 'a bound of log-integer is above 0; found 0'],
    ['a=integer(1,2.5)', 13, 'a bound of integer is a whole number; found 2.5'],
    ['a=linear(2,1)', 12, 'the upper bound must be above the lower bound 2; found 1'],
    ['a=linear(2,2)', 12, 'the upper bound must be above the lower bound 2; found 2'],
    ['a=gru', 3, 'one value leaves nothing to search'],
    ['a= 3,3', 4, 'the value 3 is given twice'],
    ['a=[3,', 3, 'the values are not YAML'],
  ])('refuses %j at column %i: %s', (text, column, what) => {
    const { kind, message } = userErrorOf(() => parseSearchDimension(text));
    expect([kind, message]).toEqual(['usage', expect.stringContaining(`--search ${text}, column ${column}: ${what}`)]);
  });
});

describe('searchSpace', () => {
  it('has the dimensions in their order', () =>
    expect(searchSpace(['b=1,2', 'a=integer(1,2)']).map(({ key }) => key)).toEqual(['b', 'a']));

  it.each([
    [['a.b=1,2', 'a.b=3,4'], 'a.b is given twice'],
    [['a={b: 1},{b: 2}', 'a.b=3,4'], 'a.b is a part of a, which is searched too'],
    [['a.b=3,4', 'a={b: 1},{b: 2}'], 'a.b is a part of a, which is searched too'],
    [Array.from({ length: 21 }, (_, i) => `k${i}=1,2`), 'a search has at most 20 keys; found 21'],
  ])('refuses %j', (texts, what) => {
    const { kind, message } = userErrorOf(() => searchSpace(texts));
    expect([kind, message]).toEqual(['usage', expect.stringContaining(what)]);
    expect(message).toContain(`--search ${texts.at(-1)}`);
  });

  it('does not mistake a key for a part of one whose name it begins with', () =>
    expect(searchSpace(['model.size=1,2', 'model.sizes=1,2'])).toHaveLength(2));
});

describe('changesAt', () => {
  it.each([
    ['a=linear(0,0.5)', 0.5, '0.25'],
    ['a=log(0.001,0.1)', 0.5, '0.01'],
    ['a=log(0.0001,0.1)', 1 / 3, '0.001'],
    ['a=integer(1,4)', 0.26, '2'],
    ['a=log-integer(1,8)', 0.999, '8'],
    ['a=lstm,gru,rnn', 0.4, '"gru"'],
  ])('%s at %f is %s', (flag, at, value) => expect(valueAt(flag, at)).toBe(value));

  it.each(['a=linear(0.12345,0.7)', 'a=log(1.23456e-5,3)', 'a=integer(-3,5)', 'a=log-integer(3,500)', 'a=linear(-1,0)'])(
    'both bounds of %s are reached, and nothing beyond them',
    (flag) => {
      const dimension = parseSearchDimension(flag);
      const { low, high } = dimension as { low: number; high: number };
      expect([valueAt(flag, 1e-7), valueAt(flag, 1 - 1e-7)].map(Number)).toEqual([low, high]);
      fc.assert(
        fc.property(coordinate, (at) => {
          const value = Number(valueAt(flag, at));
          expect(value >= low && value <= high).toBe(true);
          if (flag.includes('integer')) expect(Number.isInteger(value)).toBe(true);
          else if (value !== low && value !== high) expect(Number(value.toPrecision(4))).toBe(value);
        }),
      );
    },
  );

  it('gives every whole number and every choice an equal part of its scale', () => {
    for (const flag of ['a=integer(1,5)', 'a=a,b,c,d,e']) {
      const values = Array.from({ length: 1000 }, (_, i) => valueAt(flag, (i + 0.5) / 1000));
      for (const value of new Set(values)) expect(values.filter((one) => one === value)).toHaveLength(200);
    }
  });

  it('has the same inputs of the model exactly for points that give the same config', () => {
    const space = searchSpace(['a=integer(1,3)', 'b=log-integer(1,9)', 'c=x,y', 'd=log(1,2)']);
    const point = fc.tuple(coordinate, coordinate, coordinate, fc.constantFrom(0.1, 0.10001, 0.3));
    fc.assert(
      fc.property(point, point, (one, other) => {
        const same = String(changesAt(space, one)) === String(changesAt(space, other));
        expect(String(inputsOf(space, one)) === String(inputsOf(space, other))).toBe(same);
      }),
    );
  });
});

describe('isOnBound', () => {
  it.each([
    ['a=log(1e-4,1e-1)', 0.01, true],
    ['a=log(1e-4,1e-1)', 0.99, true],
    ['a=log(1e-4,1e-1)', 0.1, false],
    ['a=integer(1,4)', 0.1, true],
    ['a=integer(1,4)', 0.4, false],
    ['a=integer(1,4)', 0.8, true],
    ['a=lstm,gru', 0.001, false],
  ])('%s at %f: %s', (flag, at, expected) => expect(isOnBound(parseSearchDimension(flag), at)).toBe(expected));
});

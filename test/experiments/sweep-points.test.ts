import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../src/config/sweep-flag.js';
import { sweepPoints } from '../../src/experiments/sweep-points.js';

const pointsOf = (...flags: string[]) => sweepPoints(flags.map(parseSweep));

describe('sweepPoints', () => {
  it('are all combinations, the last key varying fastest, with names of short keys', () => {
    expect(pointsOf('training.optimizer.learningRate=0.1,1', 'model.cell.type=lstm,gru')).toEqual([
      { changes: ['training.optimizer.learningRate=0.1', 'model.cell.type="lstm"'], name: 'learningRate=0.1,type=lstm' },
      { changes: ['training.optimizer.learningRate=0.1', 'model.cell.type="gru"'], name: 'learningRate=0.1,type=gru' },
      { changes: ['training.optimizer.learningRate=1', 'model.cell.type="lstm"'], name: 'learningRate=1,type=lstm' },
      { changes: ['training.optimizer.learningRate=1', 'model.cell.type="gru"'], name: 'learningRate=1,type=gru' },
    ]);
  });

  it('is one point without a name where nothing is varied', () => {
    expect(pointsOf()).toEqual([{ changes: [], name: '' }]);
  });

  it.each([
    ['seed=-1,1', ['seed=-1', 'seed=1']],
    ['corpus.path=../a/b.txt', ['path=..-a-b.txt']],
    ['model.cell={type: lstm}', ['cell=type-lstm']],
    ['a="/","\\\\"', ['a=-', 'a=- (2)']],
    ['a="é","日本"', ['a=é', 'a=日本']],
  ])('%s has names that folders may have: %j', (flag, names) => {
    expect(pointsOf(flag).map(({ name }) => name)).toEqual(names);
  });

  it('have different names without a path, whatever the values are', () => {
    const values = fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 150 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(values, (texts) => {
        const names = sweepPoints([{ key: 'a.b', values: texts.map((text) => JSON.stringify(text)) }]).map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^b=[^/\\:*?"<>|\0]{0,130}$/u);
      }),
    );
  });
});

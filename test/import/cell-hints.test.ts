import { afterAll, beforeAll, expect, test } from 'vitest';
import { choiceOption } from '../../src/foundation/options.js';
import { assumptions, importOptions, refuseIdleHints } from '../../src/import/cell-hints.js';
import { type CellDeclaration, declareCell } from '../../src/model/cells/cell.js';
import { gru } from '../../src/model/cells/gru.js';
import { cells } from '../../src/model/cells/index.js';
import { mgu } from '../../src/model/cells/mgu.js';

const plain = mgu.create({});

/** A cell that import recognizes and that torch.nn does not have. */
const foreign = declareCell({
  type: 'foreign',
  name: () => 'Foreign',
  describe: 'A cell of this test.',
  options: { carry: choiceOption(['gated', 'coupled', 'none'], 'gated', 'What is carried.') },
  importedGates: 7,
  create: () => plain,
});

const registry = cells as CellDeclaration[];
beforeAll(() => void registry.push(foreign));
afterAll(() => void registry.splice(registry.indexOf(foreign), 1));

const layer = (type: string, options = {}) => ({ type, size: 3, dropout: 0, connection: 'none', ...options });

test('an option of a cell that torch.nn has is assumed to be that of torch.nn, of another cell the default', () => {
  expect(assumptions([layer(gru.type, { reset: 'after' }), layer('foreign', { carry: 'gated' })], {})).toEqual([
    'reset after, as in torch.nn.GRU (else --reset before)',
    'carry gated, the default (else --carry coupled or none)',
  ]);
  expect(assumptions([layer('foreign', { carry: 'none' })], { carry: 'none' })).toEqual([]);
});

test('the options of all cells that import recognizes are flags, and refused where no layer has them', () => {
  expect(importOptions().map(({ name }) => name)).toContain('carry');
  expect(() => refuseIdleHints('a.safetensors', [layer('lstm')], { carry: 'none' })).toThrow(
    '--carry none: the cell in a.safetensors is of type lstm, on which this has no effect',
  );
});

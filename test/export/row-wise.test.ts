import { describe, expect, it } from 'vitest';
import { rowWise } from '../../src/export/row-wise.js';
import { input, parameter } from '../../src/graph/operations/input.js';
import { matrixProduct } from '../../src/graph/operations/matrix-product.js';
import { concatenate, slice } from '../../src/graph/operations/movement.js';
import { add } from '../../src/graph/operations/pointwise.js';

const batch = (rows: number) => input('x', { rows, columns: 4, sharded: true });

describe('rowWise', () => {
  it('uses the outer names of shared values, and prefixes the others', () => {
    const weight = parameter('W', 4, 4);
    const { nodes } = rowWise((rows) => ({ y: add(matrixProduct(batch(rows), weight), batch(rows)) }), 'p.', {
      W: 'W',
      x: 'rows',
    });
    expect(nodes.map(({ type, inputs, outputs }) => [type, inputs, outputs])).toEqual([
      ['Gemm', ['rows', 'W', 'rows'], ['p.y']],
    ]);
  });

  it('refuses a computation that contains the number of rows', () => {
    const turned = (rows: number) => {
      const x = batch(rows);
      return { y: concatenate([slice(x, 'rows', rows - 1, 1), slice(x, 'rows', 0, rows - 1)], 'rows') };
    };
    expect(() => rowWise(turned, 'p.', {})).toThrow('depend on the number of rows');
  });
});

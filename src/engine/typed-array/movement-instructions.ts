import type { Node, Operation } from '../../graph/node.js';
import { gatherColumnsOperation, scatterColumnsOperation } from '../../graph/operations/chosen-columns.js';
import {
  columnsToRowsOperation,
  concatenateOperation,
  gatherRowsOperation,
  padOperation,
  rowsToColumnsOperation,
  scatterAddRowsOperation,
} from '../../graph/operations/movement.js';
import { copy, type Emission, type Emit, fill, type Instruction, isIdle, rowsOf } from './emission.js';

/**
 * The instructions of operations that move values (`graph/operations/movement.ts`). A slice needs none, because it is a view of its matrix.
 */
export const movementEmitters: readonly (readonly [Operation, Emit])[] = [
  [
    padOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const start = node.attributes.start as number;
      const offset = node.attributes.axis === 'rows' ? start * emission.stride(node) : start;
      return [fill(node, emission, 0), copy(x, emission, emission.address(node) + 4 * offset, emission.stride(node))];
    },
  ],
  [
    concatenateOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const copies: Instruction[] = [];
      let place = emission.address(node);
      for (const part of node.inputs) {
        if (emission.address(part) !== place) copies.push(copy(part, emission, place, emission.stride(node)));
        place += 4 * (node.attributes.axis === 'rows' ? part.rows * emission.stride(node) : part.columns);
      }
      return copies;
    },
  ],
  [
    rowsToColumnsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const [from, to] = [emission.stride(x) * node.rows, x.columns];
      return movedParts(x, node, emission, { from, to, rows: node.rows, columns: x.columns });
    },
  ],
  [
    columnsToRowsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const [from, to] = [node.columns, emission.stride(node) * x.rows];
      return movedParts(x, node, emission, { from, to, rows: x.rows, columns: node.columns });
    },
  ],
  [
    gatherColumnsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const { address, stride } = emission;
      const [x, indices] = node.inputs as [Node, Node];
      const from = [address(x), stride(x), address(indices), stride(indices)];
      return [['gatherColumns', ...from, node.rows, node.columns, address(node), stride(node), x.columns]];
    },
  ],
  [
    scatterColumnsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const { address, stride } = emission;
      const [x, indices] = node.inputs as [Node, Node];
      const from = [address(x), stride(x), address(indices), stride(indices)];
      return [['scatterColumns', ...from, x.rows, x.columns, address(node), stride(node), node.columns]];
    },
  ],
  [
    gatherRowsOperation,
    (node, emission) => {
      const [table, ids] = node.inputs as [Node, Node];
      const [first, count] = rowsOf(node, emission);
      const to = emission.address(node) + 4 * first * emission.stride(node);
      return [
        [
          'gatherRows',
          emission.address(table),
          emission.stride(table),
          emission.address(ids) + 4 * first,
          count,
          node.columns,
          to,
          emission.stride(node),
        ],
      ];
    },
  ],
  [
    scatterAddRowsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x, ids] = node.inputs as [Node, Node];
      const to = emission.address(node);
      return [
        fill(node, emission, 0),
        [
          'scatterAddRows',
          emission.address(x),
          emission.stride(x),
          emission.address(ids),
          x.rows,
          0,
          x.columns,
          to,
          emission.stride(node),
        ],
      ];
    },
  ],
];

/** Copies the parts of x to their positions in the result; `from` and `to` are the floats between the beginnings of two parts. */
function movedParts(
  x: Node,
  node: Node,
  { address, stride }: Emission,
  { from, to, rows, columns }: { from: number; to: number; rows: number; columns: number },
): Instruction[] {
  return Array.from({ length: node.attributes.parts as number }, (_, part) => {
    const [source, target] = [address(x) + 4 * part * from, address(node) + 4 * part * to];
    return ['copyMatrix', source, stride(x), target, stride(node), rows, columns];
  });
}

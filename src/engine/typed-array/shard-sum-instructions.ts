import type { Node } from '../../graph/node.js';
import { scatterAddRowsOperation } from '../../graph/operations/movement.js';
import { addOperation } from '../../graph/operations/pointwise.js';
import { columnSumsOperation } from '../../graph/operations/sums.js';
import { type Emission, type Instruction, portion } from './emission.js';
import { packedOuterProductOperation, packedProductOperation } from './lowering.js';

/** A block of the result: the part that one piece of the work computes, over all shards. */
interface Block {
  readonly emission: Emission;
  /** Byte address of the block's first element. */
  readonly to: number;
  readonly stride: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columns: number;
}

/**
 * The sum of a value over the shards. Each piece of the work computes a block of the result and adds the shards' parts in their order, so
 * the bits do not depend on the number of threads. Products, column sums and scattered rows are accumulated directly in the result, without
 * a copy for each shard.
 */
export function emitShardSum(node: Node, emission: Emission): Instruction[] {
  const terms = termsOf(node.inputs[0]!, emission);
  // Scattered rows can be any rows, so such a sum is divided by columns.
  const byColumns = node.rows === 1 || terms.some((term) => isScattered(term) && emission.isAbsorbed(term));
  const [firstRow, rows] = byColumns ? [0, node.rows] : portion(node.rows, emission, 2);
  const [firstColumn, columns] = byColumns ? portion(node.columns, emission, 16) : [0, node.columns];
  if (rows === 0 || columns === 0) return [];
  const stride = emission.stride(node);
  const to = emission.address(node) + 4 * (firstRow * stride + firstColumn);
  const block = { emission, to, stride, firstRow, rows, firstColumn, columns };
  return terms.flatMap((term, i) => accumulate(term, block, i > 0));
}

const isScattered = ({ operation }: Node) => operation === scatterAddRowsOperation;

/** The terms of an absorbed sum, in their order. A loop, because the sums of a window of T steps may be nested T deep. */
function termsOf(sum: Node, emission: Emission): Node[] {
  const terms: Node[] = [];
  const waiting = [sum];
  for (let term = waiting.pop(); term; term = waiting.pop()) {
    if (term.operation === addOperation && emission.isAbsorbed(term)) waiting.push(...term.inputs.toReversed());
    else terms.push(term);
  }
  return terms;
}

/** Adds a term, summed over the shards, to the block, or writes it if it is the first. */
function accumulate(term: Node, block: Block, begun: boolean): Instruction[] {
  const { emission } = block;
  const shards = Array.from({ length: emission.shards }, (_, shard) => shard);
  if (!emission.isAbsorbed(term)) return shards.map((shard) => addStored(term, block, shard, begun || shard > 0));
  switch (term.operation) {
    case packedProductOperation:
      return shards.map((shard) => addProduct(term, block, shard, begun || shard > 0));
    case packedOuterProductOperation:
      return shards.map((shard) => addOuterProduct(term, block, shard, begun || shard > 0));
    case columnSumsOperation:
      return shards.map((shard) => addColumnSums(term, block, shard, begun || shard > 0));
    case scatterAddRowsOperation: {
      const clear: Instruction = ['fill', block.to, block.stride, block.rows, block.columns, 0];
      return [...(begun ? [] : [clear]), ...shards.map((shard) => addScattered(term, block, shard))];
    }
    default:
      throw new Error(`a sum over the shards cannot accumulate ${term.operation.name}`);
  }
}

function addProduct(
  term: Node,
  { emission, to, stride, firstRow, rows, firstColumn, columns }: Block,
  shard: number,
  add: boolean,
): Instruction {
  const [a, panels] = term.inputs as [Node, Node];
  const strideA = emission.stride(a);
  const fromA = emission.address(a, shard) + 4 * firstRow * strideA;
  const fromPanels = emission.address(panels, shard) + 4 * firstColumn * a.columns;
  return ['matrixProduct', fromA, strideA, fromPanels, to, stride, rows, columns, a.columns, Number(add)];
}

function addOuterProduct(
  term: Node,
  { emission, to, stride, firstRow, rows, firstColumn, columns }: Block,
  shard: number,
  add: boolean,
): Instruction {
  const [a, panels, selection] = (term.inputs as [Node, Node, Node]).map((input) => emission.address(input, shard));
  return ['selectedOuterProduct', a!, panels!, to, stride, firstRow, rows, firstColumn, columns, Number(add), selection!];
}

function addColumnSums(term: Node, { emission, to, firstColumn, columns }: Block, shard: number, add: boolean): Instruction {
  const [x] = term.inputs as [Node];
  const first = to - 4 * firstColumn;
  return [
    'columnSums',
    emission.address(x, shard),
    emission.stride(x),
    x.rows,
    firstColumn,
    firstColumn + columns,
    first,
    Number(add),
  ];
}

function addScattered(term: Node, { emission, to, stride, firstColumn, columns }: Block, shard: number): Instruction {
  const [x, ids] = term.inputs as [Node, Node];
  const range = [firstColumn, firstColumn + columns, to - 4 * firstColumn, stride];
  return ['scatterAddRows', emission.address(x, shard), emission.stride(x), emission.address(ids, shard), x.rows, ...range];
}

function addStored(
  term: Node,
  { emission, to, stride, firstRow, rows, firstColumn, columns }: Block,
  shard: number,
  add: boolean,
): Instruction {
  const strideFrom = emission.stride(term);
  const from = emission.address(term, shard) + 4 * (firstRow * strideFrom + firstColumn);
  return [add ? 'addMatrix' : 'copyMatrix', from, strideFrom, to, stride, rows, columns];
}

import { type Attributes, type Node, type Operation, sameShape } from '../graph/node.js';
import { batchedProductOperation, batchedSizes } from '../graph/operations/batched-product.js';
import { gatherColumnsOperation, scatterColumnsOperation } from '../graph/operations/chosen-columns.js';
import { dropoutMaskOperation } from '../graph/operations/dropout-mask.js';
import { gaussianNoiseOperation } from '../graph/operations/gaussian-noise.js';
import { inputOperation } from '../graph/operations/input.js';
import { logSumExpOperation } from '../graph/operations/log-sum-exp.js';
import { matrixProductOperation } from '../graph/operations/matrix-product.js';
import {
  type Axis,
  columnsToRowsOperation,
  concatenateOperation,
  gatherRowsOperation,
  padOperation,
  rowsToColumnsOperation,
  scatterAddRowsOperation,
  sliceOperation,
} from '../graph/operations/movement.js';
import {
  addOperation,
  constantOperation,
  divideOperation,
  expOperation,
  greaterOperation,
  logOperation,
  maximumOperation,
  minimumOperation,
  multiplyOperation,
  negateOperation,
  reluOperation,
  sigmoidOperation,
  signOperation,
  sqrtOperation,
  stopGradientOperation,
  subtractOperation,
  tanhOperation,
} from '../graph/operations/pointwise.js';
import {
  softmaxCrossEntropyGradientOperation,
  softmaxCrossEntropyOperation,
} from '../graph/operations/softmax-cross-entropy.js';
import {
  columnSumsOperation,
  rowSumsOperation,
  shardSumOperation,
  sumOfSquaresOperation,
  sumOfTermsOperation,
} from '../graph/operations/sums.js';
import { tableOperation } from '../graph/operations/table.js';
import { emitLogSoftmax } from './log-softmax.js';
import { FLOAT, INT64, type OperatorBuilder } from './operator-builder.js';
import { recurrentOperation, recurrentRule } from './recurrent-operator.js';
import { selectedRowsRules } from './selected-rows-forms.js';

/** Emits an operation as ONNX operators, given the names of its inputs, and returns the name of the result. The batch is one shard. */
export type OperatorRule = (builder: OperatorBuilder, node: Node, inputs: readonly string[]) => string;

/** An operation that ONNX has under the given name. */
const named =
  (type: string): OperatorRule =>
  (builder, _, inputs) =>
    builder.emit(type, inputs);

/** The ONNX form of each operation of a graph. */
export const operationForms: ReadonlyMap<Operation, OperatorRule> = new Map<Operation, OperatorRule>([
  [inputOperation, (builder, node) => builder.feed(node)],
  // ONNX has no counter-based generator, so the host draws the mask and the noise.
  [dropoutMaskOperation, (builder, node) => builder.feed(node)],
  [gaussianNoiseOperation, (builder, node) => builder.feed(node)],
  [constantOperation, constantRule],
  [addOperation, addRule],
  [subtractOperation, named('Sub')],
  [multiplyOperation, named('Mul')],
  [divideOperation, named('Div')],
  [negateOperation, named('Neg')],
  [expOperation, named('Exp')],
  [logOperation, named('Log')],
  [sqrtOperation, named('Sqrt')],
  [sigmoidOperation, named('Sigmoid')],
  [tanhOperation, named('Tanh')],
  [reluOperation, named('Relu')],
  [signOperation, named('Sign')],
  [maximumOperation, named('Max')],
  [minimumOperation, named('Min')],
  [greaterOperation, (builder, _, inputs) => builder.emit('Cast', [builder.emit('Greater', inputs)], { to: FLOAT })],
  [rowSumsOperation, (builder, _, [x]) => builder.emit('ReduceSum', [x!, builder.integers([1])])],
  [columnSumsOperation, (builder, _, [x]) => builder.emit('ReduceSum', [x!, builder.integers([0])])],
  [sumOfSquaresOperation, (builder, _, [x]) => builder.emit('ReduceSumSquare', [x!])],
  [sumOfTermsOperation, (builder, _, inputs) => inputs.reduce((sum, term) => builder.emit('Add', [sum, term]))],
  [logSumExpOperation, logSumExpRule],
  [shardSumOperation, (_builder, _, [x]) => x!],
  [stopGradientOperation, (_builder, _, [x]) => x!],
  [matrixProductOperation, (builder, { attributes }, inputs) => builder.emit('Gemm', inputs, gemmAttributes(attributes))],
  [sliceOperation, sliceRule],
  [padOperation, padRule],
  [concatenateOperation, concatenateRule],
  [rowsToColumnsOperation, rowsToColumnsRule],
  [columnsToRowsOperation, columnsToRowsRule],
  [batchedProductOperation, batchedProductRule],
  [tableOperation, (builder, node) => builder.table(node)],
  [gatherRowsOperation, gatherRowsRule],
  [scatterAddRowsOperation, scatterAddRowsRule],
  [gatherColumnsOperation, gatherColumnsRule],
  [scatterColumnsOperation, scatterColumnsRule],
  [softmaxCrossEntropyOperation, softmaxCrossEntropyRule],
  [softmaxCrossEntropyGradientOperation, softmaxCrossEntropyGradientRule],
  [recurrentOperation, recurrentRule],
  ...selectedRowsRules,
]);

function constantRule(builder: OperatorBuilder, { rows, columns, attributes }: Node): string {
  const scalar = builder.scalar(attributes.value as number);
  return rows * columns === 1 ? scalar : builder.emit('Expand', [scalar, builder.integers([rows, columns])]);
}

/** If the only use of a product is a sum, the product adds the other operand itself. */
function addRule(builder: OperatorBuilder, node: Node, inputs: readonly string[]): string {
  const place = node.inputs.findIndex(
    (input) => input.operation === matrixProductOperation && sameShape(input, node) && builder.users(input).length === 1,
  );
  if (place < 0) return builder.emit('Add', inputs);
  const product = node.inputs[place]!;
  const operands = product.inputs.map(builder.nameOf);
  return builder.emit('Gemm', [...operands, inputs[1 - place]!], gemmAttributes(product.attributes));
}

/** Attributes of ONNX's Gemm, which also adds a third operand if there is one. */
function gemmAttributes({ transposeA, transposeB }: Attributes): { transA: number; transB: number } {
  return { transA: Number(transposeA), transB: Number(transposeB) };
}

/** Slices that tile a matrix become one Split, or several where an operator may not have so many outputs. */
function sliceRule(builder: OperatorBuilder, node: Node, [x]: readonly string[]): string {
  const { axis, start, length } = node.attributes as { axis: Axis; start: number; length: number };
  const onnxAxis = axis === 'rows' ? 0 : 1;
  const tiles = tilesOf(node.inputs[0]!, axis, builder.users(node.inputs[0]!));
  if (tiles?.includes(node)) {
    const lengths = tiles.map((tile) => tile.attributes.length as number);
    const names = emitSplit(builder, x!, lengths, onnxAxis);
    for (const [i, tile] of tiles.entries()) builder.define(tile, names[i]!);
    return names[tiles.indexOf(node)]!;
  }
  const [from, to, along] = [start, start + length, onnxAxis].map((number) => builder.integers([number]));
  return builder.emit('Slice', [x!, from!, to!, along!]);
}

/** The names of the parts of these lengths. A Split has two inputs. */
function emitSplit(builder: OperatorBuilder, x: string, lengths: readonly number[], axis: number): string[] {
  const most = builder.maximumTensors - 2;
  if (lengths.length === 1) return [x];
  let together = 1;
  while (together * most < lengths.length) together *= most;
  const parts: number[][] = [];
  for (let i = 0; i < lengths.length; i += together) parts.push(lengths.slice(i, i + together));
  const sizes = builder.integers(parts.map((part) => part.reduce((sum, length) => sum + length, 0)));
  const names = builder.emitAll('Split', [x, sizes], parts.length, { axis });
  return parts.flatMap((part, i) => emitSplit(builder, names[i]!, part, axis));
}

/** The slices of a matrix that together tile it along an axis, in order; undefined when there are none. */
function tilesOf(whole: Node, axis: Axis, users: readonly Node[]): Node[] | undefined {
  const byStart = new Map<number, Node>();
  for (const user of users) {
    if (user.operation !== sliceOperation || user.attributes.axis !== axis) continue;
    const { start, length } = user.attributes as Record<string, number>;
    const other = byStart.get(start!);
    if (!other || (other.attributes.length as number) > length!) byStart.set(start!, user);
  }
  const tiles: Node[] = [];
  const size = axis === 'rows' ? whole.rows : whole.columns;
  for (let end = 0; end < size; end += tiles.at(-1)!.attributes.length as number) {
    const next = byStart.get(end);
    if (!next) return undefined;
    tiles.push(next);
  }
  return tiles;
}

function padRule(builder: OperatorBuilder, node: Node, [x]: readonly string[]): string {
  const { axis, start } = node.attributes;
  const { rows, columns } = node.inputs[0]!;
  const [top, left] = axis === 'rows' ? [start as number, 0] : [0, start as number];
  return builder.emit('Pad', [x!, builder.integers([top, left, node.rows - rows - top, node.columns - columns - left])]);
}

/** In several steps where an operator may not have so many inputs. */
function concatenateRule(builder: OperatorBuilder, { attributes: { axis } }: Node, inputs: readonly string[]): string {
  const attributes = { axis: axis === 'rows' ? 0 : 1 };
  const most = builder.maximumTensors - 1;
  let parts = [...inputs];
  while (parts.length > 1) {
    const joined: string[] = [];
    for (let i = 0; i < parts.length; i += most) {
      const few = parts.slice(i, i + most);
      joined.push(few.length === 1 ? few[0]! : builder.emit('Concat', few, attributes));
    }
    parts = joined;
  }
  return parts[0]!;
}

/** [T*B, C] as [T, B, C], turned to [B, T, C]. */
function rowsToColumnsRule(builder: OperatorBuilder, node: Node, [x]: readonly string[]): string {
  const parts = node.attributes.parts as number;
  const apart = builder.emit('Reshape', [x!, builder.integers([parts, -1, node.inputs[0]!.columns])]);
  const turned = builder.emit('Transpose', [apart], { perm: [1, 0, 2] });
  return builder.emit('Reshape', [turned, builder.integers([-1, node.columns])]);
}

function columnsToRowsRule(builder: OperatorBuilder, node: Node, [x]: readonly string[]): string {
  const parts = node.attributes.parts as number;
  const apart = builder.emit('Reshape', [x!, builder.integers([-1, parts, node.columns])]);
  const turned = builder.emit('Transpose', [apart], { perm: [1, 0, 2] });
  return builder.emit('Reshape', [turned, builder.integers([-1, node.columns])]);
}

/** Rows as matrices: MatMul's stack of products. */
function batchedProductRule(builder: OperatorBuilder, node: Node, [a, b]: readonly string[]): string {
  const { height, transposeA, transposeB } = node.attributes as { height: number; transposeA: boolean; transposeB: boolean };
  const { m, k, n } = batchedSizes(node.inputs, height);
  const matrices = (x: string, rows: number, columns: number, transposed: boolean) => {
    const stack = builder.emit('Reshape', [x, builder.integers([-1, ...(transposed ? [columns, rows] : [rows, columns])])]);
    return transposed ? builder.emit('Transpose', [stack], { perm: [0, 2, 1] }) : stack;
  };
  const product = builder.emit('MatMul', [matrices(a!, m, k, transposeA), matrices(b!, k, n, transposeB)]);
  return builder.emit('Reshape', [product, builder.integers([-1, m * n])]);
}

function gatherRowsRule(builder: OperatorBuilder, { inputs: [, ids] }: Node, [table, column]: readonly string[]): string {
  return builder.emit('Gather', [table!, builder.emit('Reshape', [column!, builder.integers([ids!.rows])])], { axis: 0 });
}

/**
 * ScatterND would fit, but onnxruntime adds on several threads without a lock and sometimes loses a row. So this uses the product with the
 * one-hot matrix of the ids where that is small, else the operator that works element by element.
 */
function scatterAddRowsRule(builder: OperatorBuilder, { rows, columns, inputs }: Node, [x, ids]: readonly string[]): string {
  const terms = inputs[0]!.rows;
  if (rows <= terms) {
    const oneHot = builder.emit('Cast', [builder.emit('Equal', [ids!, builder.range(rows)])], { to: FLOAT });
    return builder.emit('Gemm', [oneHot, x!], { transA: 1, transB: 0 });
  }
  const zeros = builder.emit('Expand', [builder.scalar(0), builder.integers([rows, columns])]);
  const everywhere = builder.emit('Expand', [ids!, builder.integers([terms, columns])]);
  return builder.emit('ScatterElements', [zeros, everywhere, x!], { axis: 0, reduction: 'add' });
}

function gatherColumnsRule(builder: OperatorBuilder, _: Node, [x, indices]: readonly string[]): string {
  return builder.emit('GatherElements', [x!, builder.emit('Cast', [indices!], { to: INT64 })], { axis: 1 });
}

/** The zeros have as many rows as x, whatever their number is. */
function scatterColumnsRule(builder: OperatorBuilder, { columns }: Node, [x, indices]: readonly string[]): string {
  const rows = builder.emit('Slice', [builder.emit('Shape', [x!]), builder.integers([0]), builder.integers([1])]);
  const size = builder.emit('Concat', [rows, builder.integers([columns])], { axis: 0 });
  const zeros = builder.emit('Expand', [builder.scalar(0), size]);
  const places = builder.emit('Cast', [indices!], { to: INT64 });
  return builder.emit('ScatterElements', [zeros, places, x!], { axis: 1, reduction: 'add' });
}

/** max + ln(sum(exp(x - max))) of each row: ReduceLogSumExp of some providers does not subtract the maximum. */
function logSumExpRule(builder: OperatorBuilder, _: Node, [x]: readonly string[]): string {
  const largest = builder.emit('ReduceMax', [x!], { axes: [1] });
  const powers = builder.emit('Exp', [builder.emit('Sub', [x!, largest])]);
  const sum = builder.emit('ReduceSum', [powers, builder.integers([1])]);
  return builder.emit('Add', [largest, builder.emit('Log', [sum])]);
}

function softmaxCrossEntropyRule(builder: OperatorBuilder, _: Node, [logits, targets]: readonly string[]): string {
  const logarithms = emitLogSoftmax(builder, logits!);
  return builder.emit('Neg', [builder.emit('GatherElements', [logarithms, targets!], { axis: 1 })]);
}

function softmaxCrossEntropyGradientRule(
  builder: OperatorBuilder,
  _: Node,
  [logits, targets, , dLoss]: readonly string[],
): string {
  const softmax = builder.emit('Exp', [emitLogSoftmax(builder, logits!)]);
  const atTarget = builder.emit('Neg', [dLoss!]);
  return builder.emit('ScatterElements', [builder.emit('Mul', [softmax, dLoss!]), targets!, atTarget], {
    axis: 1,
    reduction: 'add',
  });
}

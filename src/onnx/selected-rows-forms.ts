import type { Node, Operation } from '../graph/node.js';
import {
  gatherSelectedOperation,
  relabelRangeOperation,
  scatterSelectedOperation,
  selectedCrossEntropyGradientOperation,
  selectedCrossEntropyOperation,
  selectedOuterProductOperation,
  selectedProductOperation,
  selectRowsOperation,
} from '../graph/operations/selected-rows.js';
import { emitLogSoftmax } from './log-softmax.js';
import { INT64, type OperatorBuilder } from './operator-builder.js';

type Rule = (builder: OperatorBuilder, node: Node, inputs: readonly string[]) => string;

/**
 * ONNX forms of the operations on selected rows. A selection is the vector of the rows' places here, and a compact matrix has exactly that
 * many rows, because shapes in ONNX may depend on values.
 */
export const selectedRowsRules: readonly (readonly [Operation, Rule])[] = [
  [selectRowsOperation, selectRowsRule],
  [relabelRangeOperation, relabelRangeRule],
  [gatherSelectedOperation, (builder, _, [x, selection]) => builder.emit('Gather', [x!, selection!], { axis: 0 })],
  [scatterSelectedOperation, scatterSelectedRule],
  [
    selectedProductOperation,
    (builder, { attributes }, [x, w]) => builder.emit('Gemm', [x!, w!], { transA: 0, transB: Number(attributes.transposeB) }),
  ],
  [selectedOuterProductOperation, (builder, _, [a, b]) => builder.emit('Gemm', [a!, b!], { transA: 1, transB: 0 })],
  [selectedCrossEntropyOperation, selectedCrossEntropyRule],
  [selectedCrossEntropyGradientOperation, selectedCrossEntropyGradientRule],
];

/** Whether each id lies in the range of an operation. ids are int64. */
function inRange(builder: OperatorBuilder, { attributes }: Node, ids: string): string {
  const { first, length } = attributes as Record<string, number>;
  const from = builder.emit('GreaterOrEqual', [ids, builder.integers([first!])]);
  return builder.emit('And', [from, builder.emit('Less', [ids, builder.integers([first! + length!])])]);
}

const asInt64 = (builder: OperatorBuilder, ids: string) => builder.emit('Cast', [ids], { to: INT64 });

/** The places of the selected rows, int64 [n]: compact matrices have n rows here. */
function selectRowsRule(builder: OperatorBuilder, node: Node, [ids]: readonly string[]): string {
  const places = builder.emit('NonZero', [inRange(builder, node, asInt64(builder, ids!))]);
  const rows = builder.emit('Gather', [places, builder.integers([0])], { axis: 0 });
  return builder.emit('Reshape', [rows, builder.integers([-1])]);
}

function relabelRangeRule(builder: OperatorBuilder, node: Node, [given]: readonly string[]): string {
  const ids = asInt64(builder, given!);
  return builder.emit('Where', [inRange(builder, node, ids), builder.integers([node.attributes.label as number]), ids]);
}

/** Every row is written at most once, so threads cannot lose an addition here. */
function scatterSelectedRule(builder: OperatorBuilder, { rows, columns }: Node, [x, selection]: readonly string[]): string {
  const zeros = builder.emit('Expand', [builder.scalar(0), builder.integers([rows, columns])]);
  return builder.emit('ScatterND', [zeros, builder.emit('Reshape', [selection!, builder.integers([-1, 1])]), x!]);
}

/** For each selected row, the class of its target among those of the logits: int64 [n, 1]. */
function selectedClasses(builder: OperatorBuilder, { attributes }: Node, targets: string, selection: string): string {
  const own = builder.emit('Gather', [asInt64(builder, targets), selection], { axis: 0 });
  return builder.emit('Sub', [own, builder.integers([attributes.first as number])]);
}

function selectedCrossEntropyRule(
  builder: OperatorBuilder,
  node: Node,
  [logits, targets, selection]: readonly string[],
): string {
  const classes = selectedClasses(builder, node, targets!, selection!);
  return builder.emit('Neg', [builder.emit('GatherElements', [emitLogSoftmax(builder, logits!), classes], { axis: 1 })]);
}

function selectedCrossEntropyGradientRule(
  builder: OperatorBuilder,
  node: Node,
  [logits, targets, selection, , dLoss]: readonly string[],
): string {
  const classes = selectedClasses(builder, node, targets!, selection!);
  const softmax = builder.emit('Exp', [emitLogSoftmax(builder, logits!)]);
  const scaled = builder.emit('Mul', [softmax, dLoss!]);
  return builder.emit('ScatterElements', [scaled, classes, builder.emit('Neg', [dLoss!])], { axis: 1, reduction: 'add' });
}

import { apply, type Node, type Operation } from '../node.js';

/*
 * Operations on the rows of a window whose ids lie in a range. Their number is known only when the graph runs. A selection is an integer
 * column [R + 1, 1]: the number n of selected rows, then their n places in ascending order. A compact matrix has R rows, of which the first
 * n are the selected rows in order; the others are undefined, and no operation of this file reads them. So shapes are static, and the cost
 * is that of n rows.
 */

export const selectRowsOperation: Operation = {
  name: 'selectRows',
  shape: ([ids]) => ({ rows: ids!.rows + 1, columns: 1 }),
  gradient: () => [undefined],
  reference([ids], { attributes: { first, length } }, output) {
    output.fill(0);
    ids!.forEach((id, r) => {
      if (id >= (first as number) && id < (first as number) + (length as number)) output[++output[0]!] = r;
    });
  },
};

/** The selection of the rows whose ids are `first` or one of the `length` - 1 after it. @param ids integers [R, 1] */
export function selectRows(ids: Node, first: number, length: number): Node {
  return apply(selectRowsOperation, [ids], { first, length });
}

export const relabelRangeOperation: Operation = {
  name: 'relabelRange',
  shape: ([ids]) => ids!,
  gradient: () => [undefined],
  reference([ids], { attributes: { first, length, label } }, output) {
    ids!.forEach((id, r) => {
      output[r] = id >= (first as number) && id < (first as number) + (length as number) ? (label as number) : id;
    });
  },
};

/** The ids with `label` in the place of `first` and of the `length` - 1 ids after it. @param ids integers [R, 1] */
export function relabelRange(ids: Node, first: number, length: number, label: number): Node {
  return apply(relabelRangeOperation, [ids], { first, length, label });
}

export const gatherSelectedOperation: Operation = {
  name: 'gatherSelected',
  shape: ([x]) => x!,
  gradient: ({ inputs: [, selection] }, dY) => [scatterSelected(dY, selection!), undefined],
  reference([x, selection], { columns }, output) {
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++) {
      const row = selection![i + 1]!;
      output.set(x!.subarray(row * columns, (row + 1) * columns), i * columns);
    }
  },
};

/** The selected rows of x [R, C], compact. */
export function gatherSelected(x: Node, selection: Node): Node {
  return apply(gatherSelectedOperation, [x, selection]);
}

export const scatterSelectedOperation: Operation = {
  name: 'scatterSelected',
  shape: ([x]) => x!,
  gradient: ({ inputs: [, selection] }, dY) => [gatherSelected(dY, selection!), undefined],
  reference([x, selection], { columns }, output) {
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++)
      output.set(x!.subarray(i * columns, (i + 1) * columns), selection![i + 1]! * columns);
  },
};

/** Compact rows put back into their places [R, C]; zero elsewhere. */
export function scatterSelected(x: Node, selection: Node): Node {
  return apply(scatterSelectedOperation, [x, selection]);
}

export const selectedProductOperation: Operation = {
  name: 'selectedProduct',
  shape: ([x, w], { transposeB }) => ({ rows: x!.rows, columns: transposeB ? w!.rows : w!.columns }),
  gradient({ inputs: [x, w, selection], attributes: { transposeB } }, dY) {
    const dW = transposeB ? selectedOuterProduct(dY, x!, selection!) : selectedOuterProduct(x!, dY, selection!);
    return [selectedProduct(dY, w!, selection!, { transposeB: !transposeB }), dW, undefined];
  },
  reference([x, w, selection], node, output) {
    const inner = node.inputs[0]!.columns;
    const { columns, attributes } = node;
    const [wInner, wColumn] = attributes.transposeB ? [1, inner] : [columns, 1];
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++)
      for (let c = 0; c < columns; c++)
        for (let k = 0; k < inner; k++) output[i * columns + c]! += x![i * inner + k]! * w![k * wInner + c * wColumn]!;
  },
};

/** x W, or x W' with `transposeB`, of compact rows: compact. @param w a matrix that is the same for all rows */
export function selectedProduct(x: Node, w: Node, selection: Node, { transposeB }: { transposeB: boolean }): Node {
  return apply(selectedProductOperation, [x, w, selection], { transposeB });
}

export const selectedOuterProductOperation: Operation = {
  name: 'selectedOuterProduct',
  shape: ([a, b]) => ({ rows: a!.columns, columns: b!.columns }),
  reference([a, b, selection], node, output) {
    const { rows, columns } = node;
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) output[r * columns + c]! += a![i * rows + r]! * b![i * columns + c]!;
  },
};

/** A' B of compact matrices: the gradient of the matrix of a selectedProduct. */
function selectedOuterProduct(a: Node, b: Node, selection: Node): Node {
  return apply(selectedOuterProductOperation, [a, b, selection]);
}

export const selectedCrossEntropyOperation: Operation = {
  name: 'selectedCrossEntropy',
  shape: ([logits]) => ({ rows: logits!.rows, columns: 1 }),
  gradient(loss, dY) {
    const [logits, targets, selection] = loss.inputs as [Node, Node, Node];
    return [
      apply(selectedCrossEntropyGradientOperation, [logits, targets, selection, loss, dY], loss.attributes),
      undefined,
      undefined,
    ];
  },
  reference([logits, targets, selection], node, output) {
    const classes = node.inputs[0]!.columns;
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++) {
      const row = logits!.subarray(i * classes, (i + 1) * classes);
      let largest = Number.NEGATIVE_INFINITY;
      for (const logit of row) largest = Math.max(largest, logit);
      let sum = 0;
      for (const logit of row) sum += Math.exp(logit - largest);
      output[i] = largest + Math.log(sum) - row[targets![selection![i + 1]!]! - (node.attributes.first as number)]!;
    }
  },
};

/**
 * -ln softmax(logits)[target - first] of each selected row, in nats, compact [R, 1].
 * @param logits compact [R, n]
 * @param targets integers [R, 1] of all rows; those of the selected ones lie from `first` to `first` + n - 1
 */
export function selectedCrossEntropy(logits: Node, targets: Node, selection: Node, first: number): Node {
  return apply(selectedCrossEntropyOperation, [logits, targets, selection], { first });
}

/** (softmax(logits) - onehot(target - first)) * dLoss of each selected row, compact. */
export const selectedCrossEntropyGradientOperation: Operation = {
  name: 'selectedCrossEntropyGradient',
  shape: ([logits]) => logits!,
  reference([logits, targets, selection, loss, dLoss], node, output) {
    const classes = node.columns;
    output.fill(0);
    for (let i = 0; i < selection![0]!; i++) {
      const target = i * classes + targets![selection![i + 1]!]! - (node.attributes.first as number);
      const logSumExp = loss![i]! + logits![target]!;
      for (let j = i * classes; j < (i + 1) * classes; j++) output[j] = Math.exp(logits![j]! - logSumExp) * dLoss![i]!;
      output[target]! -= dLoss![i]!;
    }
  },
};

import type { Node } from '../node.js';
import { matrixProductOperation } from '../operations/matrix-product.js';
import { concatenateOperation, padOperation } from '../operations/movement.js';
import { addOperation } from '../operations/pointwise.js';
import { columnSumsOperation, sumOfTermsOperation } from '../operations/sums.js';
import type { Build, RewriteRule } from './rewrite.js';

/**
 * Replaces a sum of many terms by as few operations as possible:
 *  - the gradients of slices that tile a matrix become the concatenation of those gradients;
 *  - products A1' B1 + A2' B2 + ... become [A1; A2; ...]' [B1; B2; ...]: the T weight gradients of a recurrent matrix are one product over
 *    the whole window;
 *  - column sums become the column sums of the concatenation;
 *  - the remaining terms are added one by one, in the order given.
 */
export const mergeSums: RewriteRule = (node, build) => {
  if (node.operation !== sumOfTermsOperation) return undefined;
  const merged = mergeProducts(mergeColumnSums(mergePads([...node.inputs], build), build), build);
  return merged.reduce((sum, term) => build(addOperation, [sum, term]));
};

const concatenateRows = (parts: readonly Node[], build: Build) =>
  parts.length === 1 ? parts[0]! : build(concatenateOperation, parts, { axis: 'rows' });

/** Replaces the terms that `belongs` chooses by one, at the place of the first of them. */
function replace(terms: Node[], belongs: (term: Node) => boolean, merge: (chosen: Node[]) => Node | undefined): Node[] {
  const chosen = terms.filter(belongs);
  const one = chosen.length > 1 ? merge(chosen) : undefined;
  if (!one) return terms;
  const place = terms.indexOf(chosen[0]!);
  const rest = terms.filter((term) => !chosen.includes(term));
  rest.splice(place, 0, one);
  return rest;
}

function mergePads(terms: Node[], build: Build): Node[] {
  let result = terms;
  for (const axis of ['rows', 'columns'] as const) {
    const belongs = (term: Node) => term.operation === padOperation && term.attributes.axis === axis;
    result = replace(result, belongs, (pads) => {
      const size = axis === 'rows' ? pads[0]!.rows : pads[0]!.columns;
      const byStart = new Map<number, Node[]>();
      for (const pad of pads) {
        const start = pad.attributes.start as number;
        byStart.set(start, [...(byStart.get(start) ?? []), pad.inputs[0]!]);
      }
      let end = 0;
      const parts: Node[] = [];
      for (const [start, pieces] of [...byStart].sort(([a], [b]) => a - b)) {
        const lengths = new Set(pieces.map((piece) => (axis === 'rows' ? piece.rows : piece.columns)));
        if (start !== end || lengths.size > 1) return undefined;
        end += [...lengths][0]!;
        parts.push(pieces.length === 1 ? pieces[0]! : build(sumOfTermsOperation, pieces));
      }
      if (end !== size) return undefined;
      return parts.length === 1 ? parts[0] : build(concatenateOperation, parts, { axis });
    });
  }
  return result;
}

function mergeColumnSums(terms: Node[], build: Build): Node[] {
  return replace(
    terms,
    (term) => term.operation === columnSumsOperation,
    (sums) =>
      build(columnSumsOperation, [
        concatenateRows(
          sums.map((sum) => sum.inputs[0]!),
          build,
        ),
      ]),
  );
}

function mergeProducts(terms: Node[], build: Build): Node[] {
  const belongs = ({ operation, attributes }: Node) =>
    operation === matrixProductOperation && attributes.transposeA === true && attributes.transposeB === false;
  return replace(terms, belongs, (products) => {
    const left = concatenateRows(
      products.map((product) => product.inputs[0]!),
      build,
    );
    const right = concatenateRows(
      products.map((product) => product.inputs[1]!),
      build,
    );
    return build(matrixProductOperation, [left, right], products[0]!.attributes);
  });
}

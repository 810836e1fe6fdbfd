import { bytes, integer, pointer } from './arguments';
import { exponential, logarithm } from './exponential';

/** Largest element of a row; NaN if any is. */
function largest(row: usize, columns: i32): f32 {
  let vector = f32x4.splat(-Infinity);
  let column = 0;
  for (; column + 4 <= columns; column += 4) vector = f32x4.max(vector, v128.load(row + bytes(column)));
  let result = max(
    max(f32x4.extract_lane(vector, 0), f32x4.extract_lane(vector, 1)),
    max(f32x4.extract_lane(vector, 2), f32x4.extract_lane(vector, 3)),
  );
  for (; column < columns; column++) result = max(result, load<f32>(row + bytes(column)));
  return result;
}

/** Sum of a row's exponentials, each divided by that of `top`; in four running sums, whatever the row's length. */
function sumOfExponentials(row: usize, columns: i32, top: f32): f32 {
  const shift = f32x4.splat(top);
  let sums = f32x4.splat(0.0);
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    sums = f32x4.add(sums, exponential(f32x4.sub(v128.load(row + bytes(column)), shift)));
  }
  let sum =
    f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
  for (; column < columns; column++) {
    sum += f32x4.extract_lane(exponential(f32x4.splat(load<f32>(row + bytes(column)) - top)), 0);
  }
  return sum;
}

/**
 * loss[r] = ln(sum of exp(logits[r])) - logits[r][targets[r]], in nats.
 *
 * Arguments: [logits, stride, targets (i32), rows, classes, loss].
 */
export function softmaxCrossEntropy(args: usize): void {
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const rows = integer(args, 3);
  const classes = integer(args, 4);
  const loss = pointer(args, 5);
  let row = pointer(args, 0);
  for (let r = 0; r < rows; r++) {
    const top = largest(row, classes);
    const target = load<f32>(row + bytes(load<i32>(targets + bytes(r))));
    store<f32>(loss + bytes(r), top - target + logarithm(sumOfExponentials(row, classes, top)));
    row += stride;
  }
}

/**
 * dst[r] = (softmax(logits[r]) - onehot(targets[r])) * dLoss[r], where the loss is given, for the normaliser is
 * loss[r] + logits[r][targets[r]]. dst may be logits.
 *
 * Arguments: [logits, stride, targets (i32), loss, dLoss, rows, classes, dst, dstStride].
 */
export function softmaxCrossEntropyGradient(args: usize): void {
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const losses = pointer(args, 3);
  const dLosses = pointer(args, 4);
  const rows = integer(args, 5);
  const classes = integer(args, 6);
  const dstStride = bytes(integer(args, 8));
  let row = pointer(args, 0);
  let dst = pointer(args, 7);
  for (let r = 0; r < rows; r++) {
    const target = bytes(load<i32>(targets + bytes(r)));
    const dLoss = load<f32>(dLosses + bytes(r));
    const normaliser = load<f32>(losses + bytes(r)) + load<f32>(row + target);
    const shift = f32x4.splat(normaliser);
    const factor = f32x4.splat(dLoss);
    let column = 0;
    for (; column + 4 <= classes; column += 4) {
      const probability = exponential(f32x4.sub(v128.load(row + bytes(column)), shift));
      v128.store(dst + bytes(column), f32x4.mul(probability, factor));
    }
    for (; column < classes; column++) {
      const probability = f32x4.extract_lane(exponential(f32x4.splat(load<f32>(row + bytes(column)) - normaliser)), 0);
      store<f32>(dst + bytes(column), probability * dLoss);
    }
    store<f32>(dst + target, load<f32>(dst + target) - dLoss);
    row += stride;
    dst += dstStride;
  }
}

import { bytes, float, integer, pointer } from './arguments';
import { fillRows } from './copying';
import { storeLanes } from './lanes';
import { exponential, logarithm } from './math';
import { rowMaximum, sumOfExponentials } from './softmax';

/**
 * loss[r] = -ln softmax(logits[r])[targets[r]], in nats; the targets are Int32. NaN when any logit of the row is NaN, or
 * when the largest is infinite.
 *
 * Arguments: [logits, stride, targets, rows, classes, loss].
 */
export function softmaxCrossEntropy(args: usize): void {
  let logits = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const rows = integer(args, 3);
  const classes = integer(args, 4);
  const loss = pointer(args, 5);
  for (let row = 0; row < rows; row++) {
    store<f32>(loss + bytes(row), crossEntropyOfRow(logits, integer(targets, row), classes));
    logits += stride;
  }
}

/** -ln softmax(logits)[target] of one row. */
export function crossEntropyOfRow(logits: usize, target: i32, classes: i32): f32 {
  const largest = rowMaximum(logits, classes);
  const sum = sumOfExponentials(logits, classes, largest);
  return <f32>(logarithm(sum) + (<f64>largest - <f64>float(logits, target)));
}

/**
 * dst[r] = (softmax(logits[r]) - onehot(targets[r])) * dLoss[r], where softmax is exp(logit - (loss[r] + logit of the target)).
 * A row whose dLoss is 0 gives zeros, whatever its logits. dst may be logits.
 *
 * Arguments: [logits, stride, targets, loss, dLoss, rows, classes, dst, dstStride].
 */
export function softmaxCrossEntropyGradient(args: usize): void {
  let logits = pointer(args, 0);
  const stride = bytes(integer(args, 1));
  const targets = pointer(args, 2);
  const loss = pointer(args, 3);
  const dLoss = pointer(args, 4);
  const rows = integer(args, 5);
  const classes = integer(args, 6);
  let dst = pointer(args, 7);
  const dstStride = bytes(integer(args, 8));
  for (let row = 0; row < rows; row++) {
    const scale = float(dLoss, row);
    if (scale == 0) fillRows(dst, dstStride, 1, classes, 0);
    else gradientOfRow(logits, integer(targets, row), float(loss, row), scale, classes, dst);
    logits += stride;
    dst += dstStride;
  }
}

/** dst = (softmax(logits) - onehot(target)) * scale for one row with the given loss; dst may be logits. */
export function gradientOfRow(logits: usize, target: i32, loss: f32, scale: f32, classes: i32, dst: usize): void {
  const logitOfTarget = float(logits, target);
  const shift = f32x4.splat(loss + logitOfTarget);
  const scales = f32x4.splat(scale);
  for (let column = 0; column < classes; column += 4) {
    const probability = exponential(f32x4.sub(v128.load(logits + bytes(column)), shift));
    storeLanes(dst + bytes(column), f32x4.mul(probability, scales), classes - column);
  }
  const probability = exponential(f32x4.sub(f32x4.splat(logitOfTarget), shift));
  store<f32>(dst + bytes(target), (f32x4.extract_lane(probability, 0) - 1) * scale);
}

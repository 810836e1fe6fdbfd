import type { OperatorBuilder } from './operator-builder.js';

/** x - max - ln(sum(exp(x - max))) of each row, as one operator or step by step. Subtracting the maximum keeps exp finite. */
export function emitLogSoftmax(builder: OperatorBuilder, logits: string): string {
  if (!builder.lacks('LogSoftmax')) return builder.emit('LogSoftmax', [logits], { axis: 1 });
  const largest = builder.emit('ReduceMax', [logits], { axes: [1] });
  const shifted = builder.emit('Sub', [logits, largest]);
  const sum = builder.emit('ReduceSum', [builder.emit('Exp', [shifted]), builder.integers([1])]);
  return builder.emit('Sub', [shifted, builder.emit('Log', [sum])]);
}

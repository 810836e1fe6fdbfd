import { integer, pointer } from './arguments';

/**
 * dst[0], an f32, = the sum of the f64 src[count], one after another: the parts of a sum of squares.
 *
 * Arguments: [src, count, dst].
 */
export function sumOfDoubles(args: usize): void {
  const src = pointer(args, 0);
  const count = integer(args, 1);
  let total: f64 = 0;
  for (let i = 0; i < count; i++) total += load<f64>(src + (<usize>i << 3));
  store<f32>(pointer(args, 2), <f32>total);
}

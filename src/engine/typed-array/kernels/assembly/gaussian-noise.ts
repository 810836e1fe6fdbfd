import { bytes, integer, pointer } from './arguments';
import { logarithm } from './math';

const MULTIPLIER_0: u64 = 0xd2511f53;
const MULTIPLIER_1: u64 = 0xcd9e8d57;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;
const ROUNDS: i32 = 10;

/**
 * dst[i] = a draw from the normal distribution of mean 0 and variance 1: the quantile at (word + 1/2) / 2^32, where word is number
 * (first + i) & 3 of the Philox 4x32-10 block whose counter is [(first + i) >> 2, 0, site, step], under the key [keyLow, keyHigh]; step is
 * the Int32 at the address stepPointer.
 *
 * Arguments: [dst, count, first, keyLow, keyHigh, stepPointer, site].
 */
export function gaussianNoise(args: usize): void {
  let dst = pointer(args, 0);
  const end = dst + bytes(integer(args, 1));
  const first = <u32>integer(args, 2);
  const keyLow = <u32>integer(args, 3);
  const keyHigh = <u32>integer(args, 4);
  const step = load<u32>(pointer(args, 5));
  const site = <u32>integer(args, 6);
  let word = first & 3;
  for (let block = first >> 2; dst < end; block++) {
    let x0 = block;
    let x1: u32 = 0;
    let x2 = site;
    let x3 = step;
    let key0 = keyLow;
    let key1 = keyHigh;
    for (let round = 0; round < ROUNDS; round++) {
      const product0 = MULTIPLIER_0 * <u64>x0;
      const product1 = MULTIPLIER_1 * <u64>x2;
      x0 = <u32>(product1 >> 32) ^ x1 ^ key0;
      x1 = <u32>product1;
      x2 = <u32>(product0 >> 32) ^ x3 ^ key1;
      x3 = <u32>product0;
      key0 += KEY_STEP_0;
      key1 += KEY_STEP_1;
    }
    for (; word < 4 && dst < end; word++) {
      const draw = word == 0 ? x0 : word == 1 ? x1 : word == 2 ? x2 : x3;
      store<f32>(dst, <f32>normalQuantile((<f64>draw + 0.5) / 4294967296));
      dst += 4;
    }
    word = 0;
  }
}

/**
 * The value z with P(Z < z) = probability for a standard normal Z and probabilities from 2^-33 to 1 - 2^-33. Source: Wichura, "Algorithm
 * AS 241: the percentage points of the normal distribution" (1988), PPND16, whose third part is for smaller probabilities.
 */
function normalQuantile(probability: f64): f64 {
  const q = probability - 0.5;
  if (abs(q) <= 0.425) {
    const x = 0.180625 - q * q;
    let over: f64 = 2.5090809287301226727e3;
    over = over * x + 3.3430575583588128105e4;
    over = over * x + 6.7265770927008700853e4;
    over = over * x + 4.5921953931549871457e4;
    over = over * x + 1.3731693765509461125e4;
    over = over * x + 1.9715909503065514427e3;
    over = over * x + 1.3314166789178437745e2;
    over = over * x + 3.387132872796366608;
    let under: f64 = 5.226495278852854561e3;
    under = under * x + 2.8729085735721942674e4;
    under = under * x + 3.930789580009271061e4;
    under = under * x + 2.1213794301586595867e4;
    under = under * x + 5.3941960214247511077e3;
    under = under * x + 6.871870074920579083e2;
    under = under * x + 4.2313330701600911252e1;
    under = under * x + 1;
    return (q * over) / under;
  }
  const tail = q < 0 ? probability : 1 - probability;
  const x = sqrt(logarithm(1 / tail)) - 1.6;
  let over: f64 = 7.7454501427834140764e-4;
  over = over * x + 2.27238449892691845833e-2;
  over = over * x + 2.4178072517745061177e-1;
  over = over * x + 1.27045825245236838258;
  over = over * x + 3.64784832476320460504;
  over = over * x + 5.7694972214606914055;
  over = over * x + 4.6303378461565452959;
  over = over * x + 1.42343711074968357734;
  let under: f64 = 1.05075007164441684324e-9;
  under = under * x + 5.475938084995344946e-4;
  under = under * x + 1.51986665636164571966e-2;
  under = under * x + 1.4810397642748007459e-1;
  under = under * x + 6.8976733498510000455e-1;
  under = under * x + 1.6763848301838038494;
  under = under * x + 2.05319162663775882187;
  under = under * x + 1;
  return q < 0 ? -(over / under) : over / under;
}

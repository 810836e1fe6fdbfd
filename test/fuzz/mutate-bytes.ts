import type { Random } from '../../src/foundation/random.js';

export function pick<T>(list: readonly T[], random: Random): T {
  return list[random.integer(list.length)]!;
}

/** Bytes and a text may end anywhere, hold anything, and hold a part twice. */
export function mutateBytes(bytes: Uint8Array, random: Random): { bytes: Uint8Array; change: string } {
  const at = random.integer(bytes.length + 1);
  const length = Math.min(bytes.length - at, 1 + random.integer(1 + random.integer(64)));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const kind = random.integer(6);
  if (kind === 0 && at < bytes.length) {
    const changed = Uint8Array.from(bytes);
    changed[at]! ^= 1 << random.integer(8);
    return { bytes: changed, change: `a bit of byte ${at}` };
  }
  if (kind === 1) return { bytes: Buffer.from(before), change: `cut off at ${at}` };
  if (kind === 2) return { bytes: Buffer.concat([before, after]), change: `${length} bytes away at ${at}` };
  if (kind === 3) return { bytes: Buffer.concat([before, part, part, after]), change: `${length} bytes twice at ${at}` };
  const noise = Uint8Array.from({ length: kind === 4 ? length : 1 + random.integer(16) }, () => random.integer(256));
  const rest = kind === 4 ? after : bytes.subarray(at);
  return { bytes: Buffer.concat([before, noise, rest]), change: `${noise.length} random bytes at ${at}` };
}

/** Pieces of text that readers get wrong. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '../outside',
  '/dev/zero',
  '/dev/stdin',
  '\u0000',
  '\u001b]0;title\u0007\u001b[2J',
  '\u009b31m',
  '\u202eabc\u2066',
  '\ud800',
  '\u{1f600}\u200d',
  '\ufeff',
  '\u2028',
  'NaN',
  '-0',
  '1e999',
  '<unk>',
  '<eos>',
  'a'.repeat(300),
  'é'.repeat(5000),
];

export const hostileNumbers: readonly number[] = [
  0, -0, -1, 1, 2, 0.5, -0.5, 255, 256, 65_535, 65_536, 1e6, 1e9, 2_147_483_647, 2_147_483_648, 4_294_967_296,
  9_007_199_254_740_991, 9_007_199_254_740_992, 1e300, 5e-324, -1e300,
];

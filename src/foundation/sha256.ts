/** What a reader or writer needs of a hash function. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** The digest as hexadecimal digits. */
  digest(): string;
}

const BLOCK = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2). */
const constants = fractions(64, Math.cbrt);
/** Those of the square roots of the first 8 primes (section 5.3.3). */
const initial = fractions(8, Math.sqrt);

function fractions(count: number, root: (prime: number) => number): Int32Array {
  const words: number[] = [];
  for (let candidate = 2; words.length < count; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) words.push(Math.floor((root(candidate) % 1) * 0x1_0000_0000));
  }
  return Int32Array.from(words, (word) => word | 0);
}

const rotated = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/**
 * SHA-256 (FIPS 180-4) without Node: browsers have it for secure pages only, and there as a promise. About 200 MB a second.
 */
export function createSha256(): Hash {
  const state = Int32Array.from(initial);
  const words = new Int32Array(64);
  const rest = new Uint8Array(BLOCK);
  const view = new DataView(rest.buffer);
  let filled = 0;
  let length = 0;

  function compress(block: DataView, offset: number): void {
    for (let i = 0; i < 16; i++) words[i] = block.getInt32(offset + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [early, late] = [words[i - 15]!, words[i - 2]!];
      const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
      const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
      words[i] = words[i - 16]! + s0 + words[i - 7]! + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + words[i]!) | 0;
      const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0]! += a;
    state[1]! += b;
    state[2]! += c;
    state[3]! += d;
    state[4]! += e;
    state[5]! += f;
    state[6]! += g;
    state[7]! += h;
  }

  function update(bytes: Uint8Array): void {
    length += bytes.length;
    let at = 0;
    if (filled > 0) {
      at = Math.min(BLOCK - filled, bytes.length);
      rest.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < BLOCK) return;
      compress(view, 0);
      filled = 0;
    }
    const whole = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + BLOCK <= bytes.length; at += BLOCK) compress(whole, at);
    rest.set(bytes.subarray(at));
    filled = bytes.length - at;
  }

  return {
    update,
    digest() {
      const bits = length * 8;
      const padding = new Uint8Array((filled < 56 ? 56 : 120) - filled + 8);
      padding[0] = 0x80;
      const end = new DataView(padding.buffer, padding.length - 8);
      end.setUint32(0, Math.floor(bits / 0x1_0000_0000));
      end.setUint32(4, bits >>> 0);
      update(padding);
      return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    },
  };
}

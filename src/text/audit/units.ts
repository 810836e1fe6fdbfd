import { scramble } from './position-table.js';

/** The words of a text: runs between white space, and single characters in scripts that are written without spaces. */
export interface TextUnits {
  readonly count: number;
  /** UTF-16 index of the beginning of each. */
  readonly starts: Int32Array;
  /** UTF-16 index after the end of each. */
  readonly ends: Int32Array;
  /** A 32-bit hash of the characters of each. */
  readonly hashes: Int32Array;
}

export function findUnits(text: string): TextUnits {
  let capacity = 1024;
  let starts = new Int32Array(capacity);
  let ends = new Int32Array(capacity);
  let hashes = new Int32Array(capacity);
  let count = 0;

  const add = (start: number, end: number, hash: number) => {
    if (count === capacity) {
      capacity *= 2;
      starts = grown(starts, capacity);
      ends = grown(ends, capacity);
      hashes = grown(hashes, capacity);
    }
    starts[count] = start;
    ends[count] = end;
    hashes[count++] = scramble(hash);
  };

  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (isBlank(code)) {
      i++;
    } else if (standsAlone(code)) {
      const length = isLead(code) ? Math.min(2, text.length - i) : 1;
      add(i, i + length, hashOf(text, i, i + length));
      i += length;
    } else {
      const start = i;
      while (i < text.length && !isBlank(text.charCodeAt(i)) && !standsAlone(text.charCodeAt(i))) i++;
      add(start, i, hashOf(text, start, i));
    }
  }
  return { count, starts: starts.subarray(0, count), ends: ends.subarray(0, count), hashes: hashes.subarray(0, count) };
}

/** A 32-bit hash of a part of a text (FNV-1a over UTF-16 units). */
export function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function grown(array: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(array);
  return larger;
}

function isBlank(code: number): boolean {
  return code <= 32 || code === 0x85 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000;
}

const isLead = (code: number) => code >= 0xd840 && code <= 0xd888;

/** Thai, Lao, Khmer, kana and Han, including the rarer Han characters, which are surrogate pairs. */
function standsAlone(code: number): boolean {
  if (code < 0x0e00) return false;
  return (
    code <= 0x0eff ||
    (code >= 0x1780 && code <= 0x17ff) ||
    (code >= 0x3041 && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    isLead(code)
  );
}

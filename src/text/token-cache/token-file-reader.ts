import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { openRegularFile } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import type { TokenSource } from '../batches.js';
import type { SplitName } from '../splits.js';
import {
  arrayOf,
  BLOCK,
  LONGEST_FOOTER,
  MAGIC,
  parseFooter,
  type TokenFileFooter,
  type TokenFileKind,
  TRAILER,
} from './token-file-format.js';

/** The most blocks in memory: 64 MiB. Each of the parallel streams needs one. */
const HELD_BLOCKS = 4096;

/** An open token file. */
export interface TokenFile {
  readonly splits: Partial<Record<SplitName, TokenSource>>;
  readonly digest: string;
  close(): void;
}

/**
 * Opens a token file. Its sources use at most 64 MiB.
 *
 * @returns undefined when there is no such file, or it is incomplete, or not of the required kind. Its sources throw UserError 'data' when
 *   they read a block that was altered
 */
export function openTokenFile(path: string, kind: TokenFileKind): TokenFile | undefined {
  let descriptor: number;
  let size: number;
  try {
    ({ descriptor, size } = openRegularFile(path));
  } catch {
    return undefined;
  }
  const parts = readFooter(descriptor, size, kind);
  if (parts === undefined) {
    closeSync(descriptor);
    return undefined;
  }
  const { footer, checksums, dataBytes } = parts;
  const { marksDocumentEnds } = footer;
  const blocks = createBlocks(descriptor, path, footer, checksums, dataBytes);
  const sourceOf = ({ start, length }: { start: number; length: number }): TokenSource => ({
    length,
    read: (from, target, count) => blocks.readIds(start + from, target, count),
    ...(marksDocumentEnds && {
      readDocumentEnds: (from, target, count) => blocks.readMarks(start + from, target, count),
    }),
  });
  return {
    splits: Object.fromEntries(Object.entries(footer.splits).map(([split, place]) => [split, sourceOf(place)])),
    digest: footer.digest,
    close: () => closeSync(descriptor),
  };
}

interface FileParts {
  footer: TokenFileFooter;
  checksums: Uint32Array;
  dataBytes: number;
}

/** The parts at the file's end; undefined if they were altered. */
function readFooter(descriptor: number, size: number, kind: TokenFileKind): FileParts | undefined {
  const trailer = readBytes(descriptor, size - TRAILER, TRAILER);
  if (!trailer?.subarray(36).equals(MAGIC)) return undefined;
  const footerLength = trailer.readUInt32LE(32);
  if (footerLength > LONGEST_FOOTER) return undefined;
  const json = readBytes(descriptor, size - TRAILER - footerLength, footerLength);
  if (json === undefined) return undefined;
  // The rest contains tokens and checksums: for n bytes of tokens, 4 bytes for each block, including an incomplete one.
  const rest = size - TRAILER - footerLength;
  if (rest < 0) return undefined;
  const blocks = Math.ceil(rest / (BLOCK + 4));
  const table = readBytes(descriptor, rest - 4 * blocks, 4 * blocks);
  if (table === undefined) return undefined;
  const digest = createHash('sha256').update(table).update(json).digest();
  if (!digest.equals(trailer.subarray(0, 32))) return undefined;
  const checksums = new Uint32Array(blocks);
  new Uint8Array(checksums.buffer).set(table);
  const dataBytes = rest - 4 * blocks;
  const footer = parseFooter(json.toString(), kind, dataBytes);
  return footer && { footer, checksums, dataBytes };
}

function readBytes(descriptor: number, position: number, length: number): Buffer | undefined {
  if (position < 0) return undefined;
  const bytes = Buffer.alloc(length);
  return readSync(descriptor, bytes, 0, length, position) === length ? bytes : undefined;
}

/** The elements of a file, with a cache of about the most recently used blocks (the clock algorithm). */
function createBlocks(
  descriptor: number,
  path: string,
  { bytesPerToken, vocabularySize, marksDocumentEnds }: TokenFileFooter,
  checksums: Uint32Array,
  dataBytes: number,
) {
  const perBlock = BLOCK / bytesPerToken;
  const capacity = Math.min(HELD_BLOCKS, checksums.length);
  const slotOf = new Int32Array(checksums.length).fill(-1);
  const blockOf = new Int32Array(capacity).fill(-1);
  const wasUsed = new Uint8Array(capacity);
  // Each is allocated when its slot is first filled.
  const bytes: Uint8Array[] = [];
  const Elements = arrayOf(bytesPerToken) as Uint32ArrayConstructor;
  const elements: Uint32Array[] = [];
  const limit = vocabularySize * (marksDocumentEnds ? 2 : 1);
  let hand = 0;

  function freeSlot(): number {
    while (wasUsed[hand] === 1) {
      wasUsed[hand] = 0;
      hand = (hand + 1) % capacity;
    }
    const slot = hand;
    hand = (hand + 1) % capacity;
    if (bytes[slot] === undefined) {
      bytes[slot] = new Uint8Array(BLOCK);
      elements[slot] = new Elements(bytes[slot].buffer as ArrayBuffer);
    } else if (blockOf[slot]! >= 0) slotOf[blockOf[slot]!] = -1;
    return slot;
  }

  function load(block: number): number {
    const slot = freeSlot();
    blockOf[slot] = -1;
    const length = Math.min(BLOCK, dataBytes - block * BLOCK);
    const target = bytes[slot]!;
    const whole = readSync(descriptor, target, 0, length, block * BLOCK) === length;
    const sum = crc32(length === BLOCK ? target : target.subarray(0, length));
    const ids = elements[slot]!.subarray(0, length / bytesPerToken);
    if (!whole || sum !== checksums[block] || ids.some((value) => value >= limit)) {
      const remedy = 'Delete the file; it is created again from the corpus';
      throw new UserError('data', `${path}: the tokens of the corpus have been altered since they were written. ${remedy}.`);
    }
    blockOf[slot] = block;
    slotOf[block] = slot;
    return slot;
  }

  function slotWith(block: number): number {
    const slot = slotOf[block]! < 0 ? load(block) : slotOf[block]!;
    wasUsed[slot] = 1;
    return slot;
  }

  return {
    readIds(start: number, target: Int32Array, count: number): void {
      for (let done = 0; done < count; ) {
        const block = Math.floor((start + done) / perBlock);
        const values = elements[slotWith(block)]!;
        for (let i = start + done - block * perBlock; i < perBlock && done < count; i++) {
          const value = values[i]!;
          target[done++] = value < vocabularySize ? value : value - vocabularySize;
        }
      }
    },
    readMarks(start: number, target: Uint8Array, count: number): void {
      for (let done = 0; done < count; ) {
        const block = Math.floor((start + done) / perBlock);
        const values = elements[slotWith(block)]!;
        for (let i = start + done - block * perBlock; i < perBlock && done < count; i++) {
          target[done++] = values[i]! < vocabularySize ? 0 : 1;
        }
      }
    },
  };
}

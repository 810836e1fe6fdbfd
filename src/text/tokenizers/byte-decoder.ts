import { unfinishedLength } from '../utf8.js';
import type { TokenDecoder } from './tokenizer.js';
import { foreignId } from './vocabulary.js';

/** How ids that stand for bytes become text. */
export interface ByteDecoding {
  decode(ids: ArrayLike<number>): string;
  createDecoder(): TokenDecoder;
}

/**
 * Decoding of tokens that are UTF-8 bytes. Bytes that are not UTF-8 are shown as U+FFFD, as browsers do (one for each maximal
 * part of a character, WHATWG Encoding). A decoder holds the beginning of a character back until the rest has come.
 *
 * @param tokens the bytes of each token, by id.
 */
export function byteDecoding(tokens: readonly Uint8Array[]): ByteDecoding {
  function bytesOf(id: number): Uint8Array {
    const bytes = tokens[id];
    if (bytes === undefined) throw foreignId(id, tokens.length);
    return bytes;
  }

  return {
    decode(ids) {
      let length = 0;
      for (let i = 0; i < ids.length; i++) length += bytesOf(ids[i]!).length;
      const bytes = Buffer.allocUnsafe(length);
      for (let i = 0, at = 0; i < ids.length; i++) {
        bytes.set(tokens[ids[i]!]!, at);
        at += tokens[ids[i]!]!.length;
      }
      return bytes.toString('utf8');
    },

    createDecoder() {
      let held = Buffer.alloc(0);
      return {
        push(id) {
          const bytes = Buffer.concat([held, bytesOf(id)]);
          const end = bytes.length - unfinishedLength(bytes);
          held = bytes.subarray(end);
          return bytes.toString('utf8', 0, end);
        },
        end() {
          const rest = held.toString('utf8');
          held = Buffer.alloc(0);
          return rest;
        },
      };
    },
  };
}

import { joinBytes, unfinishedLength, utf8Text } from '../../foundation/bytes.js';
import type { TokenDecoder } from './tokenizer.js';
import { foreignId } from './vocabulary.js';

/** Converts ids that represent bytes to text. */
export interface ByteDecoding {
  decode(ids: ArrayLike<number>): string;
  createDecoder(): TokenDecoder;
  tokenBytes(): Uint8Array[];
}

const none = new Uint8Array(0);

/**
 * Decoding of tokens that are UTF-8 bytes. Invalid bytes are shown as U+FFFD, as in browsers (one for each maximal part of a character,
 * WHATWG Encoding). A decoder holds back the beginning of a character until the rest arrives.
 *
 * @param tokens the bytes of each token, by id
 */
export function byteDecoding(tokens: readonly Uint8Array[]): ByteDecoding {
  function bytesOf(id: number): Uint8Array {
    const bytes = tokens[id];
    if (bytes === undefined) throw foreignId(id, tokens.length);
    return bytes;
  }

  return {
    tokenBytes: () => [...tokens],
    decode(ids) {
      let length = 0;
      for (let i = 0; i < ids.length; i++) length += bytesOf(ids[i]!).length;
      const bytes = new Uint8Array(length);
      for (let i = 0, at = 0; i < ids.length; i++) {
        bytes.set(tokens[ids[i]!]!, at);
        at += tokens[ids[i]!]!.length;
      }
      return utf8Text(bytes);
    },

    createDecoder() {
      let held: Uint8Array = none;
      return {
        push(id) {
          const bytes = held.length === 0 ? bytesOf(id) : joinBytes([held, bytesOf(id)]);
          const end = bytes.length - unfinishedLength(bytes);
          held = bytes.subarray(end);
          return utf8Text(bytes.subarray(0, end));
        },
        end() {
          const rest = utf8Text(held);
          held = none;
          return rest;
        },
      };
    },
  };
}

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beginFile } from '../../files/atomic-file.js';
import type { TokenSink } from '../encode.js';
import type { SplitName } from '../splits.js';
import { arrayOf, BLOCK, bytesFor, MAGIC, type TokenFileFooter } from './token-file-format.js';

/** Bytes that are written at once: whole blocks. */
const BUFFER = 64 * BLOCK;

export interface TokenFileWriter extends TokenSink {
  /** Completes the file and renames it to its path. */
  finish(): void;
  /** Deletes the unfinished file. */
  abandon(): void;
}

/**
 * Begins a token file. It takes the splits one after another. Its memory grows only by 4 bytes per block.
 *
 * @param marksDocumentEnds whether to store which tokens end documents
 * @throws UserError 'disk', here and later, when the operating system refuses; no file is left behind then
 */
export function writeTokenFile(path: string, vocabularySize: number, marksDocumentEnds: boolean): TokenFileWriter {
  const kept =
    'Nothing is lost. Name a folder with more room as corpus.cache, or keep the tokens in memory (corpus.cache: off).';
  const file = beginFile(path, { kept });
  const bytesPerToken = bytesFor(vocabularySize * (marksDocumentEnds ? 2 : 1));
  const buffer = new (arrayOf(bytesPerToken))(BUFFER / bytesPerToken);
  const splits: Partial<Record<SplitName, { start: number; length: number }>> = {};
  const digest = createHash('sha256');
  const checksums: number[] = [];
  let filled = 0;
  let written = 0;

  function flush(): void {
    const bytes = new Uint8Array(buffer.buffer, 0, filled * bytesPerToken);
    for (let start = 0; start < bytes.length; start += BLOCK) checksums.push(crc32(bytes.subarray(start, start + BLOCK)));
    file.append(bytes);
    written += filled;
    filled = 0;
  }

  function add(split: SplitName, ids: Int32Array, offset: number): void {
    splits[split] ??= { start: written + filled, length: 0 };
    splits[split].length += ids.length;
    if (split === 'train') digest.update(ids);
    for (let i = 0; i < ids.length; i++) {
      buffer[filled++] = ids[i]! + offset;
      if (filled === buffer.length) flush();
    }
  }

  return {
    push: (split, ids) => add(split, ids, 0),
    endDocument: (split, id) => add(split, Int32Array.of(id), marksDocumentEnds ? vocabularySize : 0),
    finish() {
      flush();
      const table = new Uint8Array(Uint32Array.from(checksums).buffer);
      const footer: TokenFileFooter = {
        bytesPerToken,
        vocabularySize,
        marksDocumentEnds,
        splits,
        digest: digest.digest('hex'),
      };
      const json = Buffer.from(JSON.stringify(footer));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(json.length);
      file.append(table);
      file.append(json);
      file.append(createHash('sha256').update(table).update(json).digest());
      file.append(length);
      file.append(MAGIC);
      file.commit();
    },
    abandon: file.abandon,
  };
}

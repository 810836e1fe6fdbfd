import { createHash } from 'node:crypto';
import { type AtomicWriteOptions, writeFileAtomically } from './atomic-file.js';
import type { StoredTensor } from './safetensors-format.js';
import { bytesOfTensor, encodeHead, inFileOrder, setDigest } from './safetensors-head.js';

/**
 * Writes a safetensors file, atomically, with the SHA-256 of its content in its metadata. The tensors' bytes are hashed and written without
 * a copy. Tensors with the widest elements come first, so that each is aligned; otherwise the order is that given.
 *
 * Element bytes are in the machine's byte order. The format is little-endian, as is every machine that Node is built for except s390x.
 *
 * @param metadata any strings; the key `sha256` is reserved
 * @throws UserError `disk` when the operating system refuses
 */
export function writeSafetensors(
  path: string,
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>>,
  options?: AtomicWriteOptions,
): void {
  const ordered = inFileOrder(tensors);
  const head = encodeHead(path, ordered, metadata);
  const hash = createHash('sha256').update(head);
  for (const tensor of ordered) for (const piece of pieces(bytesOfTensor(tensor))) hash.update(piece);
  setDigest(head, hash.digest('hex'));
  writeFileAtomically(
    path,
    (append) => {
      append(head);
      for (const tensor of ordered) append(bytesOfTensor(tensor));
    },
    options,
  );
}

/** OpenSSL hashes less than 2 GiB at a time. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  const size = 256 * 1024 * 1024;
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

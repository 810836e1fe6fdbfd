import { createHash } from 'node:crypto';
import { UserError } from '../foundation/errors.js';
import { type AtomicWriteOptions, writeFileAtomically } from './atomic-file.js';
import {
  digestLength,
  digestPrefix,
  dtypeOf,
  maximumHeaderLength,
  type Tensor,
  type TensorData,
} from './safetensors-format.js';
import { elementSize, metadataName } from './safetensors-header.js';

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
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
  options?: AtomicWriteOptions,
): void {
  const ordered = tensors.toSorted((a, b) => elementSize[dtypeOf(b.data)] - elementSize[dtypeOf(a.data)]);
  const head = encodeHead(path, ordered, metadata);
  const hash = createHash('sha256').update(head);
  for (const { data } of ordered) for (const piece of pieces(data)) hash.update(piece);
  head.write(hash.digest('hex'), 8 + digestPrefix.length, 'latin1');
  writeFileAtomically(
    path,
    (append) => {
      append(head);
      for (const { data } of ordered) append(bytesOf(data));
    },
    options,
  );
}

/** Length word and header, padded with spaces so that the data begins at a multiple of 8; zeros in the place of the digest. */
function encodeHead(path: string, tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): Buffer {
  if ('sha256' in metadata) throw new Error('the metadata key sha256 is taken');
  const names = new Set<string>([metadataName, '__proto__']);
  // Assembled as text: an object would put keys that look like numbers before the digest.
  const strings = Object.entries(metadata).map(([key, text]) => `,${JSON.stringify(key)}:${JSON.stringify(text)}`);
  const entries = [`${digestPrefix.slice(1)}${'0'.repeat(digestLength)}"${strings.join('')}}`];
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (names.has(name)) throw new Error(`tensor name ${name} is taken`);
    names.add(name);
    const length = shape.reduce((product, size) => product * size, 1);
    if (length !== data.length) throw new Error(`tensor ${name} of shape [${shape.join(', ')}] has ${data.length} elements`);
    const end = offset + data.byteLength;
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: dtypeOf(data), shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const json = Buffer.from(`{${entries.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maximumHeaderLength) {
    throw new UserError(
      'model',
      `cannot write ${path}: its header would have ${length} bytes, the format allows ${maximumHeaderLength}`,
    );
  }
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  json.copy(head, 8);
  return head;
}

function bytesOf({ buffer, byteOffset, byteLength }: TensorData): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** OpenSSL hashes less than 2 GiB at a time. */
function* pieces(data: TensorData): Generator<Uint8Array> {
  const bytes = bytesOf(data);
  const size = 256 * 1024 * 1024;
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

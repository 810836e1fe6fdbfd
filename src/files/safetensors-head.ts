import { UserError } from '../foundation/errors.js';
import { digestLength, digestPrefix, dtypeOf, maximumHeaderLength, type StoredTensor } from './safetensors-format.js';
import { elementSize, metadataName } from './safetensors-header.js';

/** Tensors with the widest elements come first, so that each is aligned; otherwise the order is that given. */
export function inFileOrder(tensors: readonly StoredTensor[]): StoredTensor[] {
  return tensors.toSorted((a, b) => elementSize[dtypeOf(b.data)] - elementSize[dtypeOf(a.data)]);
}

/**
 * Length word and header, padded with spaces so that the data begins at a multiple of 8; zeros in the place of the digest.
 * @param name of the file, for the error
 * @param tensors in the order of the file
 */
export function encodeHead(
  name: string,
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
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
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maximumHeaderLength) {
    throw new UserError(
      'model',
      `cannot write ${name}: its header would have ${length} bytes, the format allows ${maximumHeaderLength}`,
    );
  }
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  return head;
}

/** Puts the digest, as hexadecimal digits, into its place in the head. */
export function setDigest(head: Uint8Array, digest: string): void {
  for (let i = 0; i < digest.length; i++) head[8 + digestPrefix.length + i] = digest.charCodeAt(i);
}

/** The bytes of a tensor, in the machine's order, without a copy. */
export function bytesOfTensor({ data: { buffer, byteOffset, byteLength } }: StoredTensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

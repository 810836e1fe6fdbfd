import { createHash } from 'node:crypto';
import { digestLength, digestPrefix } from '../../src/files/safetensors-format.js';
import type { Random } from '../../src/foundation/random.js';
import type { Mutant } from './fuzzer.js';
import { hostileTexts, mutateBytes, pick } from './mutate-bytes.js';
import { mutateJson, mutateJsonText, setKey } from './mutate-json.js';

interface Parts {
  metadata: Record<string, string>;
  /** Entries of the header by name, and their bytes. */
  tensors: { name: string; entry: Record<string, unknown>; data: Uint8Array }[];
}

/**
 * Changes a safetensors file: most mutants in one to three of its parts (JSON documents of the metadata, entries of the header, bytes
 * of tensors) with the SHA-256 made right again, so that the checks behind it are reached; the others anywhere, without.
 */
export function mutateSafetensors(bytes: Uint8Array, random: Random): Mutant {
  if (random.integer(6) === 0) {
    const { bytes: changed, change } = mutateBytes(bytes, random);
    return {
      bytes: changed,
      changes: [change, 'not sealed'],
      expected: isSealed(bytes) && !same(bytes, changed) ? 'refused' : 'any',
    };
  }
  const parts = parse(bytes);
  const changes = Array.from({ length: 1 + random.integer(3) }, () => mutatePart(parts, random));
  const { sha256, ...rest } = parts.metadata;
  return { bytes: assemble({ ...parts, metadata: rest }, sha256 !== undefined), changes, expected: 'any' };
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function isSealed(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset + 8, digestPrefix.length).toString('latin1') === digestPrefix;
}

export function parse(bytes: Uint8Array): Parts {
  const file = Buffer.from(bytes);
  const start = 8 + Number(file.readBigUInt64LE());
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(file.subarray(8, start).toString());
  const tensors = Object.entries(entries as Record<string, { data_offsets: [number, number] }>).map(([name, entry]) => {
    const [begin, end] = entry.data_offsets;
    return { name, entry: { ...entry }, data: file.subarray(start + begin, start + end) };
  });
  return { metadata, tensors };
}

function mutatePart(parts: Parts, random: Random): string {
  const { metadata, tensors } = parts;
  const keys = Object.keys(metadata).filter((key) => key !== 'sha256');
  const kind = random.integer(10);
  if (kind < 6 && keys.length > 0) {
    const key = pick(keys, random);
    const text = metadata[key]!;
    if (!text.startsWith('{') || random.integer(15) === 0) {
      metadata[key] = pick([...hostileTexts, '2', '1.5', '00', `${text} `], random);
      return `metadata ${key} is ${JSON.stringify(metadata[key]).slice(0, 30)}`;
    }
    const { text: changed, change } = mutateJsonText(text, random);
    metadata[key] = changed;
    return `metadata ${key}${change}`;
  }
  if (kind === 6) {
    const name = pick([...hostileTexts, ...keys], random);
    if (random.integer(2) === 0) delete metadata[name];
    else setKey(metadata, name, pick(hostileTexts, random));
    return `metadata ${JSON.stringify(name).slice(0, 30)}`;
  }
  if (tensors.length === 0) return 'nothing';
  const index = random.integer(tensors.length);
  const tensor = tensors[index]!;
  switch (random.integer(6)) {
    case 0: {
      const { value, change } = mutateJson(tensor.entry, random);
      tensor.entry = value as Record<string, unknown>;
      return `header of ${tensor.name}${change}`;
    }
    case 1:
      tensors.splice(index, 1);
      return `${tensor.name} away`;
    case 2: {
      const name = pick([...hostileTexts, ...tensors.map((one) => one.name), 'optimizer.x', 'state.x'], random);
      const change = `${tensor.name} called ${JSON.stringify(name).slice(0, 30)}`;
      tensor.name = name;
      return change;
    }
    case 3: {
      const other = pick(tensors, random);
      [tensor.data, other.data] = [other.data, tensor.data];
      return `data of ${tensor.name} and ${other.name} exchanged`;
    }
    default: {
      const data = Buffer.from(tensor.data);
      if (tensor.entry?.dtype === 'I8') {
        // -128 has no counterpart: no writer of symmetric weights uses it.
        const byte = pick([-128, 127, 0, -1], random);
        if (data.length > 0) data.writeInt8(byte, random.integer(data.length));
        tensor.data = data;
        return `${byte} in ${tensor.name}`;
      }
      const value = pick([Number.NaN, Number.POSITIVE_INFINITY, -3e38, 1e-40, 0, 1e9, -1], random);
      for (let count = 1 + random.integer(3); count > 0 && data.length >= 4; count--)
        data.writeFloatLE(value, 4 * random.integer(Math.floor(data.length / 4)));
      tensor.data = data;
      return `${value} in ${tensor.name}`;
    }
  }
}

/** Writes the parts one after the other. An entry that was changed keeps its wrong offsets; the others get those of their data. */
function assemble({ metadata, tensors }: Parts, sealed: boolean): Uint8Array {
  const strings = Object.entries(metadata).map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
  const digest = sealed ? [`"sha256":"${'0'.repeat(digestLength)}"`] : [];
  const members = [`"__metadata__":{${[...digest, ...strings].join(',')}}`];
  let offset = 0;
  for (const { name, entry, data } of tensors) {
    const own =
      entry !== null && typeof entry === 'object' && Array.isArray(entry.data_offsets) && entry.data_offsets.length === 2;
    const shown = own ? { ...entry, data_offsets: [offset, offset + data.length] } : entry;
    members.push(`${JSON.stringify(name)}:${JSON.stringify(shown)}`);
    offset += data.length;
  }
  const header = Buffer.from(`{${members.join(',')}}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = Buffer.concat([length, header, ...tensors.map(({ data }) => data)]);
  if (sealed) file.write(createHash('sha256').update(file).digest('hex'), 8 + digestPrefix.length, 'latin1');
  return file;
}

import { createHash } from 'node:crypto';
import type { Random } from '../../src/foundation/random.js';
import { readFields } from '../../src/onnx/protobuf-reader.js';
import { hostileNumbers, hostileTexts, mutateBytes, pick } from './mutate-bytes.js';
import { mutateJsonText } from './mutate-json.js';

/** A field of a message whose parts are known. */
interface Field {
  field: number;
  value: bigint | Uint8Array | Message;
}

interface Message {
  type: string;
  fields: Field[];
}

/** Which fields of which messages are messages themselves: the parts of onnx.proto that exports have. */
const messages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 8: 'opset', 14: 'entry' },
  graph: { 1: 'node', 5: 'tensor', 11: 'value', 12: 'value' },
  node: { 5: 'attribute' },
  attribute: { 6: 'graph' },
  value: { 2: 'type' },
  type: { 1: 'tensorType' },
  tensorType: { 2: 'shape' },
  shape: { 1: 'dimension' },
};

/** Bytes of the last entry of the metadata, the seal: key, value, and their places. */
const SEAL = 'textloom.sha256';

/** Changes an exported file field by field, one to three times, and seals it again. */
export function mutateOnnx(bytes: Uint8Array, random: Random): { bytes: Uint8Array; changes: string[] } {
  const model = decode(bytes, 'model');
  model.fields.pop();
  const all = messagesOf(model);
  const changes = Array.from({ length: 1 + random.integer(3) }, () => {
    if (random.integer(6) === 0) return attack(model, random);
    if (random.integer(4) === 0) return mutateMetadata(model, random);
    return mutateField(all, pick(all, random), random);
  });
  const content = encode(model);
  const digest = createHash('sha256').update(content).digest('hex');
  return { bytes: Buffer.concat([content, encode({ type: 'model', fields: [entry(SEAL, digest)] })]), changes };
}

function entry(key: string, value: string): Field {
  return { field: 14, value: { type: 'entry', fields: [text(1, key), text(2, value)] } };
}

const text = (field: number, value: string): Field => ({ field, value: Buffer.from(value) });

function decode(bytes: Uint8Array, type: string): Message {
  const fields = [...readFields(bytes)].map(({ field, value }): Field => {
    const inner = messages[type]?.[field];
    return { field, value: inner === undefined || typeof value === 'bigint' ? value : decode(value, inner) };
  });
  return { type, fields };
}

function encode({ fields }: Message): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { field, value } of fields) {
    if (typeof value === 'bigint') parts.push(varint(BigInt(field * 8)), varint(value));
    else {
      const bytes = value instanceof Uint8Array ? value : encode(value);
      parts.push(varint(BigInt(field * 8 + 2)), varint(BigInt(bytes.length)), bytes);
    }
  }
  return Buffer.concat(parts);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function messagesOf(message: Message): Message[] {
  const inner = message.fields.flatMap(({ value }) =>
    typeof value === 'object' && 'fields' in value ? messagesOf(value) : [],
  );
  return [message, ...inner];
}

const operators =
  'Add Cast Concat Gather Gemm GRU Identity LSTM Mul Relu Reshape RNN Scan Shape Slice Split Transpose Loop If Expand';

function mutateField(all: readonly Message[], message: Message, random: Random): string {
  const { type, fields } = message;
  if (fields.length === 0) return 'nothing';
  const index = random.integer(fields.length);
  const one = fields[index]!;
  const place = `${type}.${one.field}`;
  switch (random.integer(5)) {
    case 0:
      fields.splice(index, 1);
      return `${place} away`;
    case 1:
      fields.splice(random.integer(fields.length + 1), 0, structuredClone(one));
      return `${place} twice`;
    case 2: {
      const other = random.integer(fields.length);
      [fields[index], fields[other]] = [fields[other]!, one];
      return `${place} exchanged`;
    }
  }
  if (typeof one.value === 'bigint') {
    const number = pick(hostileNumbers.filter(Number.isSafeInteger), random);
    one.value = pick([one.value + 1n, one.value - 1n, one.value * 2n, BigInt(number)], random);
    return `${place} is ${one.value}`;
  }
  if (!(one.value instanceof Uint8Array)) {
    const same = all.filter((other) => other.type === (one.value as Message).type);
    one.value = structuredClone(pick(same, random));
    return `${place} as another`;
  }
  if (one.value.length > 200 || random.integer(3) === 0) {
    const { bytes, change } = mutateBytes(one.value, random);
    one.value = bytes;
    return `${place}: ${change}`;
  }
  const names = all.flatMap(({ type: own, fields: parts }) =>
    own === 'node' ? parts.flatMap(({ value }) => (value instanceof Uint8Array ? [Buffer.from(value).toString()] : [])) : [],
  );
  const name = pick(
    [pick(names, random), pick(names, random), pick(operators.split(' '), random), pick(hostileTexts, random)],
    random,
  );
  one.value = Buffer.from(name);
  return `${place} is ${name.slice(0, 30)}`;
}

function mutateMetadata(model: Message, random: Random): string {
  const entries = model.fields.flatMap(({ field, value }) => (field === 14 ? [value as Message] : []));
  if (entries.length === 0) return 'nothing';
  const { fields } = pick(entries, random);
  const [key, value] = fields.map((one) => Buffer.from(one.value as Uint8Array).toString());
  if (fields.length !== 2 || !value?.startsWith('{')) return 'nothing';
  const { text: changed, change } = mutateJsonText(value, random);
  fields[1] = text(2, changed);
  return `${key}${change}`;
}

/** Operators of which each is allowed, and which together make much of little. */
function attack(model: Message, random: Random): string {
  const graph = model.fields.find(({ field }) => field === 7)?.value as Message | undefined;
  if (graph === undefined) return 'nothing';
  const nodes = graph.fields.flatMap(({ field, value }) => (field === 1 ? [value as Message] : []));
  const known = nodes.flatMap(({ fields }) =>
    fields.filter(({ field }) => field === 2).map(({ value }) => Buffer.from(value as Uint8Array).toString()),
  );
  if (known.length === 0) return 'nothing';
  const add = (type: string, inputs: readonly string[], output: string, axis?: number) => {
    const attribute: Field[] =
      axis === undefined
        ? []
        : [
            {
              field: 5,
              value: {
                type: 'attribute',
                fields: [text(1, 'axis'), { field: 3, value: BigInt(axis) }, { field: 20, value: 2n }],
              },
            },
          ];
    const fields = [...inputs.map((name) => text(1, name)), text(2, output), text(4, type), ...attribute];
    graph.fields.push({ field: 1, value: { type: 'node', fields } });
    return output;
  };
  const times = 1 + random.integer(30);
  const type = pick(['Concat', 'Mul', 'Add', 'Gemm', 'Identity'], random);
  let last = pick(known, random);
  for (let i = 0; i < times; i++) {
    const other = type === 'Concat' ? last : pick(known, random);
    last = add(
      type,
      type === 'Identity' ? [last] : [last, other],
      `attack.${i}`,
      type === 'Concat' ? random.integer(2) : undefined,
    );
  }
  // In place of the logits, so that it is needed.
  if (random.integer(2) === 0)
    for (const { fields } of nodes)
      for (const one of fields)
        if (one.field === 2 && String(Buffer.from(one.value as Uint8Array)) === 'logits')
          one.value = Buffer.from('logits.before');
  return `${times} times ${type}`;
}

/**
 * The JSON header of a safetensors file, checked in full against the size of the file before anything is allocated for it.
 *
 * Source: https://github.com/huggingface/safetensors, "Format": a tensor's entry is its dtype, shape and the range of its bytes
 * in the data section; the ranges cover the section without holes or overlaps; `__metadata__` maps strings to strings.
 */
import type { Fail } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { isJsonMap, type JsonValue, parseStrictJson } from '../foundation/strict-json.js';

/** Bytes of one element, by the format's names. The format's other types (F8, BOOL, ...) are not supported. */
export const elementSize = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, I8: 1 } as const;

export type Dtype = keyof typeof elementSize;

/** Where a tensor lies: `begin` and `end` count bytes from the start of the data section. */
export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  begin: number;
  end: number;
}

export interface Header {
  metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes. */
  entries: readonly TensorEntry[];
}

/** The most commas in a header: far more than any model has, and few enough that a hostile header is read quickly. */
const maximumElements = 1_000_000;

/** The name of the metadata in a header, which no tensor may have. */
export const metadataName = '__metadata__';

/**
 * Parses and checks a header.
 * @param bytes the header's JSON, padding included
 * @param dataLength bytes in the data section
 * @param fail called with the first problem found
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, fail: Fail): Header {
  const root = parseObject(bytes, fail);
  let metadata: ReadonlyMap<string, string> = new Map();
  const entries: TensorEntry[] = [];
  for (const name of Object.keys(root)) {
    if (name === metadataName) metadata = parseMetadata(root[name]!, fail);
    else entries.push(parseEntry(name, root[name]!, dataLength, fail));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, dataLength, fail);
  return { metadata, entries };
}

function parseObject(bytes: Uint8Array, fail: Fail): { [key: string]: JsonValue } {
  // As upstream requires, so that no file of another format is accepted.
  if (bytes[0] !== 0x7b) fail('its header does not begin with "{"');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    fail('its header is not valid UTF-8');
  }
  let value: JsonValue;
  try {
    value = parseStrictJson(text, maximumElements);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    fail(`its header is broken: ${error.message}`);
  }
  return value as { [key: string]: JsonValue };
}

function parseMetadata(value: JsonValue, fail: Fail): ReadonlyMap<string, string> {
  if (!isJsonMap(value)) fail(`its ${metadataName} is not an object`);
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fail(`the entry ${quotedName(key)} of its ${metadataName} is not a string`);
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(name: string, value: JsonValue, dataLength: number, fail: Fail): TensorEntry {
  const tensor = `tensor ${quotedName(name)}`;
  if (!isJsonMap(value)) fail(`${tensor} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementSize, dtype)) {
    const found = typeof dtype === 'string' ? `the dtype ${quotedName(dtype)}` : 'no dtype';
    fail(`${tensor} has ${found}; known are ${Object.keys(elementSize).join(', ')}`);
  }
  if (!isCounts(shape)) fail(`the shape of ${tensor} is not a list of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) fail(`the data_offsets of ${tensor} are not two whole numbers`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataLength) {
    fail(`${tensor} lies at bytes ${begin} to ${end}, outside the ${dataLength} bytes of data in the file`);
  }
  let bytes: number = elementSize[dtype as Dtype];
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) fail(`the shape of ${tensor} overflows`);
  }
  if (end - begin !== bytes) fail(`${tensor} has ${end - begin} bytes of data, but its shape and dtype need ${bytes}`);
  return { name, dtype: dtype as Dtype, shape, begin, end };
}

/** Entries in order of their bytes must follow each other from the first byte of the data to the last. */
function checkCoverage(entries: readonly TensorEntry[], dataLength: number, fail: Fail): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin < covered) fail(`tensor ${quotedName(name)} overlaps the one before it`);
    if (begin > covered) fail(`${begin - covered} bytes before tensor ${quotedName(name)} belong to no tensor`);
    covered = end;
  }
  if (covered < dataLength) fail(`${dataLength - covered} bytes after the last tensor belong to none`);
}

function isCounts(value: JsonValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

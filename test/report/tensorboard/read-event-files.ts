/**
 * A reader of TensorBoard's event files that shares no code with the writer: protobufjs with the fields of TensorBoard's protocol definitions
 * (event.proto, summary.proto, tensor.proto, and plugin_data.proto of the plugin hparams), and a CRC-32C computed bit by bit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const definitions = `
syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what {
    string file_version = 3;
    Summary summary = 5;
    SessionLog session_log = 7;
  }
}
message SessionLog {
  enum SessionStatus { STATUS_UNSPECIFIED = 0; START = 1; STOP = 2; CHECKPOINT = 3; }
  SessionStatus status = 1;
}
message Summary {
  message Value {
    string tag = 1;
    oneof value {
      float simple_value = 2;
      TensorProto tensor = 8;
    }
    SummaryMetadata metadata = 9;
  }
  repeated Value value = 1;
}
message SummaryMetadata {
  message PluginData {
    string plugin_name = 1;
    bytes content = 2;
  }
  PluginData plugin_data = 1;
  int32 data_class = 4;
}
message TensorProto {
  int32 dtype = 1;
  message Shape {
    message Dim { int64 size = 1; }
    repeated Dim dim = 2;
  }
  Shape tensor_shape = 2;
  bytes tensor_content = 4;
  repeated bytes string_val = 8;
}
message HParamsPluginData {
  int32 version = 1;
  oneof data {
    SessionStartInfo session_start_info = 3;
    SessionEndInfo session_end_info = 4;
  }
}
message SessionStartInfo {
  map<string, Value> hparams = 1;
  double start_time_secs = 5;
}
message SessionEndInfo {
  int32 status = 1;
  double end_time_secs = 2;
}
message Value {
  oneof kind {
    double number_value = 2;
    string string_value = 3;
    bool bool_value = 4;
  }
}
`;
const { root } = protobuf.parse(definitions);

interface EventTensor {
  readonly dtype: number;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: number }[] };
  readonly tensorContent?: Uint8Array;
  readonly stringVal?: readonly Uint8Array[];
}

interface EventValue {
  readonly tag: string;
  readonly simpleValue?: number;
  readonly tensor?: EventTensor;
  readonly metadata?: { readonly pluginData: { readonly pluginName: string; readonly content?: Uint8Array } };
}

export interface ReadEvent {
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly sessionLog?: { readonly status: string };
  readonly summary?: { readonly value: readonly EventValue[] };
}

const decoded = (type: string, bytes: Uint8Array): unknown => {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, enums: String });
};

/** CRC-32C by division of polynomials, bit by bit. */
export function slowCrc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  }
  return (rest ^ 0xffffffff) >>> 0;
}

/** The checksum that is stored for bytes: rotated right by 15 bits, plus a constant, modulo 2^32. */
function storedChecksum(bytes: Uint8Array): number {
  const checksum = BigInt(slowCrc32c(bytes));
  const rotated = ((checksum >> 15n) | (checksum << 17n)) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

/** The events of a file, each with correct checksums. */
export function eventsIn(bytes: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const message = bytes.subarray(at + 12, at + 12 + length);
    if (message.length !== length) throw new Error(`the record at byte ${at} is not complete`);
    if (bytes.readUInt32LE(at + 8) !== storedChecksum(bytes.subarray(at, at + 8)))
      throw new Error(`checksum of length at ${at}`);
    if (bytes.readUInt32LE(at + 12 + length) !== storedChecksum(message)) throw new Error(`checksum of message at ${at}`);
    events.push(decoded('Event', message) as ReadEvent);
    at += length + 16;
  }
  return events;
}

/** The event files of a folder in the order in which TensorBoard reads them. */
export const eventFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(folder, name));

/**
 * What TensorBoard shows for a folder: the events of all files, without those that a later session replaces. The first session start of a
 * folder replaces nothing.
 */
export function shownEvents(folder: string): ReadEvent[] {
  let shown: ReadEvent[] = [];
  let sessions = 0;
  for (const event of eventFilesIn(folder).flatMap((file) => eventsIn(readFileSync(file)))) {
    if (event.sessionLog?.status === 'START' && sessions++ > 0)
      shown = shown.filter(({ step = 0 }) => step < (event.step ?? 0));
    shown.push(event);
  }
  return shown;
}

/** The values of a list of events, by tag, each with its step. */
export function valuesByTag(events: readonly ReadEvent[]): Map<string, { step: number; value: EventValue }[]> {
  const found = new Map<string, { step: number; value: EventValue }[]>();
  for (const { step = 0, summary } of events)
    for (const value of summary?.value ?? []) found.set(value.tag, [...(found.get(value.tag) ?? []), { step, value }]);
  return found;
}

/** The scalars of a tag, each with its step. */
export const scalarsOf = (events: readonly ReadEvent[], tag: string) =>
  (valuesByTag(events).get(tag) ?? []).map(({ step, value }) => [step, value.simpleValue]);

/** The rows [left, right, count] of a histogram. */
export function rowsOf({ tensor, metadata }: EventValue): number[][] {
  const [rows, columns] = tensor?.tensorShape?.dim?.map(({ size }) => size ?? 0) ?? [];
  if (metadata?.pluginData.pluginName !== 'histograms' || tensor?.dtype !== 2 || columns !== 3)
    throw new Error('this is not a histogram');
  const content = Buffer.from(tensor.tensorContent ?? []);
  if (content.length !== rows! * 24) throw new Error('the tensor has another size');
  return Array.from({ length: rows! }, (_, row) => [0, 1, 2].map((column) => content.readDoubleLE(24 * row + 8 * column)));
}

/** The text of a value of the plugin of texts. */
export function textIn({ tensor, metadata }: EventValue): string {
  if (metadata?.pluginData.pluginName !== 'text' || tensor?.dtype !== 7 || tensor.stringVal?.length !== 1)
    throw new Error('this is not a text');
  return Buffer.from(tensor.stringVal[0]!).toString();
}

interface HyperparameterContent {
  readonly sessionStartInfo?: {
    readonly hparams: Record<string, { numberValue?: number; stringValue?: string; boolValue?: boolean }>;
    readonly startTimeSecs: number;
  };
  readonly sessionEndInfo?: { readonly status: number; readonly endTimeSecs: number };
}

/** The message of the plugin of hyperparameters. */
export function hyperparametersIn({ metadata }: EventValue): HyperparameterContent {
  if (metadata?.pluginData.pluginName !== 'hparams') throw new Error('these are not hyperparameters');
  return decoded('HParamsPluginData', metadata.pluginData.content!) as HyperparameterContent;
}

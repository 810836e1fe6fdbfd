import { ProtobufWriter } from '../../foundation/protobuf-writer.js';
import { crc32c } from './crc32c.js';
import { type SummaryValue, writeSummary } from './summary.js';

/** What an event says besides its time and step. */
type EventContent =
  /** The first event of every file. */
  | { readonly kind: 'version' }
  /** A session of the run begins: TensorBoard drops what earlier files contain for this step and later ones. */
  | { readonly kind: 'session-start' }
  | { readonly kind: 'summary'; readonly values: readonly SummaryValue[] };

export type TensorBoardEvent = EventContent & {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
};

const VERSION = 'brain.Event:2';
/** `SessionLog.SessionStatus.START`. */
const START = 1;

/**
 * An event as a record of an event file: the length of the message as uint64, its masked CRC-32C, the message, and its masked CRC-32C, all
 * little-endian (TensorFlow's TFRecord format). The message is an `Event` of TensorBoard's event.proto.
 */
export function eventRecord(event: TensorBoardEvent): Uint8Array {
  const message = eventMessage(event);
  const record = new Uint8Array(message.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedChecksum(message), true);
  return record;
}

/** The format rotates a checksum by 15 bits and adds a constant, because a file may contain records, whose checksums would cancel out. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

function eventMessage(event: TensorBoardEvent): Uint8Array {
  const writer = new ProtobufWriter();
  writer.double(1, event.wallTime);
  writer.integer(2, event.step);
  if (event.kind === 'version') writer.text(3, VERSION);
  else if (event.kind === 'session-start') writer.message(7, (log) => log.integer(1, START));
  else writer.message(5, (summary) => writeSummary(summary, event.values));
  return writer.finish();
}

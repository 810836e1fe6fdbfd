/** The kinds of field by their number on the wire. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Writes one Protocol Buffers message, field by field in the order of the calls
 * (https://protobuf.dev/programming-guides/encoding).
 */
export class ProtobufWriter {
  private buffer = new Uint8Array(64);
  private length = 0;

  /** A whole number of at most 53 bits; a negative one takes ten bytes. */
  integer(field: number, value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`field ${field}: ${value} is not a whole number`);
    this.tag(field, WireType.varint);
    this.varint(value);
  }

  /** A number in float64. */
  double(field: number, value: number): void {
    this.tag(field, WireType.fixed64);
    this.reserve(8);
    this.view().setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A number, rounded to float32. */
  float(field: number, value: number): void {
    this.tag(field, WireType.fixed32);
    this.reserve(4);
    this.view().setFloat32(this.length, value, true);
    this.length += 4;
  }

  text(field: number, value: string): void {
    this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.tag(field, WireType.bytes);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const inner = new ProtobufWriter();
    write(inner);
    this.bytes(field, inner.finish());
  }

  /** The message so far: a view, valid until the next field. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length);
  }

  private view(): DataView {
    return new DataView(this.buffer.buffer);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    this.reserve(10);
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.buffer[this.length++] = Number(rest & 127n) | 128;
      this.buffer[this.length++] = Number(rest);
      return;
    }
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.buffer[this.length++] = (rest % 128) | 128;
    this.buffer[this.length++] = rest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(2 * (this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

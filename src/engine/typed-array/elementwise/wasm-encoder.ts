/**
 * The part of the WebAssembly binary format that elementwise loops need. Source: WebAssembly Core Specification 2.0, section 5 (binary
 * format), with the threads proposal's shared memories.
 */

/**
 * Encoded instructions. They are nested, so that code is combined without copying; `flatten` writes them out. `sized` content is preceded
 * by its length in bytes.
 */
export type Code = readonly (number | Code)[] | { readonly sized: Code };

export const ValueType = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

const SectionId = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const FUNCTION_TYPE = 0x60;
const ExternalKind = { function: 0, memory: 2 } as const;
const MemoryLimits = { withMaximum: 0x01, sharedWithMaximum: 0x03 } as const;
const END = 0x0b;

/** A function of type (i32) => void; `locals` are the types of the locals after the parameter, which is local 0. */
export interface WasmFunction {
  name: string;
  locals: readonly ValueType[];
  code: Code;
}

/** An unsigned LEB128 number of up to 32 bits. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

/** A signed LEB128 number of up to 32 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
  return bytes;
}

/** Appends the bytes of nested code to `bytes`. */
export function flatten(code: Code, bytes: number[] = []): number[] {
  if ('sized' in code) {
    const start = bytes.length;
    bytes.push(0x80, 0x80, 0x80, 0x80, 0x00); // LEB128 may be padded, so the length need not be known beforehand
    flatten(code.sized, bytes);
    let length = bytes.length - start - 5;
    for (let i = start; length > 0; i += 1, length >>>= 7) bytes[i] = (bytes[i] as number) | (length & 0x7f);
    return bytes;
  }
  for (let i = 0; i < code.length; i += 1) {
    const part = code[i] as number | Code;
    if (typeof part === 'number') bytes.push(part);
    else flatten(part, bytes);
  }
  return bytes;
}

/**
 * A module that imports one memory as `env.memory` and exports its functions by name.
 * @param memory as it was created: a WebAssembly.Memory with a maximum of `maximumPages`, shared or not
 */
export function encodeModule(
  functions: readonly WasmFunction[],
  memory: { shared: boolean; maximumPages: number },
): Uint8Array<ArrayBuffer> {
  const limits = memory.shared ? MemoryLimits.sharedWithMaximum : MemoryLimits.withMaximum;
  const parameters = vector([[ValueType.i32]]);
  const results = vector([]);
  return new Uint8Array(
    flatten([
      [0x00, 0x61, 0x73, 0x6d], // "\0asm"
      [0x01, 0x00, 0x00, 0x00], // version 1
      section(SectionId.type, [[FUNCTION_TYPE, parameters, results]]),
      section(SectionId.import, [
        [text('env'), text('memory'), ExternalKind.memory, limits, unsigned(0), unsigned(memory.maximumPages)],
      ]),
      section(
        SectionId.function,
        functions.map(() => unsigned(0)),
      ),
      section(
        SectionId.export,
        functions.map(({ name }, index) => [text(name), ExternalKind.function, unsigned(index)]),
      ),
      section(
        SectionId.code,
        functions.map(({ locals, code }) => sized([vector(locals.map((type) => [...unsigned(1), type])), code, END])),
      ),
    ]),
  );
}

function section(id: number, items: readonly Code[]): Code {
  return [id, sized(vector(items))];
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), ...items];
}

function text(value: string): Code {
  const bytes = [...new TextEncoder().encode(value)];
  return [unsigned(bytes.length), bytes];
}

function sized(content: Code): Code {
  return { sized: content };
}

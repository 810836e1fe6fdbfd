/** The WebAssembly instructions that elementwise loops use, as functions from operands to code: `add(a, b)` leaves a + b on the stack. */
import { type Code, signed, unsigned } from './wasm-encoder.js';

const SIMD_PREFIX = 0xfd;
const LOCAL_GET = 0x20;

const vectorOpcode = (opcode: number): readonly number[] => [SIMD_PREFIX, ...unsigned(opcode)];

function unary(opcode: number): (a: Code) => Code {
  const instruction = vectorOpcode(opcode);
  return (a) => [a, instruction];
}

function binary(opcode: number): (a: Code, b: Code) => Code {
  const instruction = vectorOpcode(opcode);
  return (a, b) => [a, b, instruction];
}

/** Four float32 lanes. */
export const f32x4 = {
  abs: unary(0xe0),
  negate: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  subtract: binary(0xe5),
  multiply: binary(0xe6),
  divide: binary(0xe7),
  /** NaN when either side is NaN, and -0 < 0; several machine instructions on x86. */
  minimum: binary(0xe8),
  maximum: binary(0xe9),
  /** b < a ? b : a: one machine instruction, and a NaN in `a` survives. */
  pseudoMinimum: binary(0xea),
  /** a < b ? b : a: one machine instruction, and a NaN in `a` survives. */
  pseudoMaximum: binary(0xeb),
  lessThan: binary(0x43),
  greaterThan: binary(0x44),
  fromI32x4: unary(0xfa),
};

/** Four int32 lanes; comparisons of f32x4 give masks of all ones or all zeros. */
export const i32x4 = {
  add: binary(0xae),
  subtract: binary(0xb1),
  shiftLeft: (a: Code, count: number): Code => [a, i32.constant(count), ...vectorOpcode(0xab)],
  shiftRightSigned: (a: Code, count: number): Code => [a, i32.constant(count), ...vectorOpcode(0xac)],
};

/** 128 bits. */
export const v128 = {
  and: binary(0x4e),
  or: binary(0x50),
  /** (a & mask) | (b & ~mask) */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, ...vectorOpcode(0x52)],
  /** One 32-bit pattern in all four lanes. */
  splat: (bits: number): Code => [
    ...vectorOpcode(0x0c),
    ...Array.from({ length: 16 }, (_, i) => (bits >>> (8 * (i % 4))) & 0xff),
  ],
  /** The alignment is only a hint: rows of any stride are aligned to 4 bytes. */
  load: (address: Code): Code => [address, ...vectorOpcode(0x00), 2, 0],
  store: (address: Code, value: Code): Code => [address, value, ...vectorOpcode(0x0b), 2, 0],
  /** One float32 into lane 0, zeros into the others. */
  loadLane: (address: Code): Code => [address, ...vectorOpcode(0x5c), 2, 0],
  /** Lane 0 alone. */
  storeLane: (address: Code, value: Code): Code => [address, value, ...vectorOpcode(0x5a), 2, 0, 0],
  /** One float32 into all lanes. */
  loadSplat: (address: Code): Code => [address, ...vectorOpcode(0x09), 2, 0],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: (address: Code, byteOffset: number): Code => [address, 0x28, 2, ...unsigned(byteOffset)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  subtract: (a: Code, b: Code): Code => [a, b, 0x6b],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  shiftLeft: (a: Code, count: number): Code => [a, i32.constant(count), 0x74],
  lessThan: (a: Code, b: Code): Code => [a, b, 0x48],
};

export const local = {
  get: (index: number): Code => [LOCAL_GET, ...unsigned(index)],
  set: (index: number, value: Code): Code => [value, 0x21, ...unsigned(index)],
  /** Whether code only reads a local, so that repeating it costs nothing. */
  isGet: (code: Code): boolean => !('sized' in code) && code[0] === LOCAL_GET,
};

const EMPTY_BLOCK = 0x40;
const END = 0x0b;

export const control = {
  when: (condition: Code, body: Code): Code => [condition, 0x04, EMPTY_BLOCK, body, END],
  /** Runs the body, and repeats it as long as the condition holds. */
  doWhile: (body: Code, condition: Code): Code => [0x03, EMPTY_BLOCK, body, condition, 0x0d, 0, END],
};

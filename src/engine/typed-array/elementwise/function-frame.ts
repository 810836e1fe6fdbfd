import { float32Bits } from './elementwise-kernel.js';
import { local, v128 } from './instructions.js';
import { type Code, ValueType } from './wasm-encoder.js';

/** Where an operation's code is emitted: the body of one loop. */
export interface VectorScope {
  /** A float32 in all lanes. */
  constant(value: number): Code;
  /** 32 bits in all lanes. */
  bits(pattern: number): Code;
  /** Computes a value here and returns code that reads it, any number of times. */
  share(value: Code): Code;
}

/** A scope and the statements written to it so far. */
export interface Block extends VectorScope {
  statements: Code[];
}

/** The locals of a function that is being built. */
export interface FunctionFrame {
  /** Types of the locals after the parameter. */
  types: readonly ValueType[];
  local(type: ValueType): number;
  /** A block of statements. Blocks run one after another, so they share locals. */
  block(): Block;
  /** Code that initializes the constants used so far; it belongs at the start of the function. */
  constants(): Code;
}

export function createFrame(): FunctionFrame {
  const types: ValueType[] = [];
  const shared: number[] = [];
  const constants = new Map<number, { index: number; get: Code }>();

  const newLocal = (type: ValueType): number => types.push(type); // local 0 is the parameter
  // A constant inside the loop would be built in every iteration, with four machine instructions in V8; a local costs at most one load.
  const bits = (pattern: number): Code => {
    const known = constants.get(pattern);
    if (known !== undefined) return known.get;
    const index = newLocal(ValueType.v128);
    const constant = { index, get: local.get(index) };
    constants.set(pattern, constant);
    return constant.get;
  };
  const block = (): Block => {
    const statements: Code[] = [];
    let used = 0;
    const share = (value: Code): Code => {
      if (local.isGet(value)) return value;
      shared[used] ??= newLocal(ValueType.v128);
      const index = shared[used] as number;
      used += 1;
      statements.push(local.set(index, value));
      return local.get(index);
    };
    return { statements, share, bits, constant: (value) => bits(float32Bits(value)) };
  };
  return {
    types,
    local: newLocal,
    block,
    constants: () => [...constants].map(([pattern, { index }]) => local.set(index, v128.splat(pattern))),
  };
}

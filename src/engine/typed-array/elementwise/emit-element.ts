import { type ElementwiseKernel, float32Bits } from './elementwise-kernel.js';
import { emitOperation } from './emit-operation.js';
import type { Block } from './function-frame.js';
import type { Code } from './wasm-encoder.js';

/** How the body of a loop accesses memory: four elements per iteration in the main loop, one in the loop over the rest. */
export interface ElementAccess {
  /** Reads an input; a column was read at the start of the row. */
  load(input: number): Code;
  /** Writes a value to the numbered output. */
  store(output: number, value: Code): Code;
}

/**
 * The code of one iteration: loads, operations and stores.
 *
 * Values are computed depth-first from the outputs, each at its first use, so that few values are alive at a time. Values that no output
 * needs are not computed. Stores come after all matrix loads, because an output may be in the same memory as an input.
 *
 * Measured: V8 11 reorders the instructions of a loop, so the order makes no difference. V8 13 keeps it; there a level-by-level order was a
 * tenth faster for the pointwise part of an LSTM step, and a little slower for its gradient.
 */
export function emitElement(kernel: ElementwiseKernel, access: ElementAccess, block: Block): Code {
  const { inputs, steps, outputs } = kernel;
  const uses = countUses(kernel);
  const computed = new Map<number, Code>();
  let matricesToLoad = inputs.filter((input, number) => input === 'matrix' && (uses[number] as number) > 0).length;

  const compute = (number: number): Code => {
    const known = computed.get(number);
    if (known !== undefined) return known;
    const code = number < inputs.length ? load(number) : operate(number);
    computed.set(number, code);
    return code;
  };
  const load = (input: number): Code => {
    if (inputs[input] === 'column') return access.load(input);
    matricesToLoad -= 1;
    return block.share(access.load(input));
  };
  const operate = (number: number): Code => {
    const { operation, arguments: operands, value = 0 } = steps[number - inputs.length] as ElementwiseKernel['steps'][number];
    if (operation === 'constant') return block.bits(float32Bits(value));
    const code = emitOperation(block, operation, operands.map(compute));
    return (uses[number] as number) > 1 ? block.share(code) : code;
  };

  const waiting: Code[] = [];
  outputs.forEach((number, output) => {
    waiting.push(access.store(output, block.share(compute(number))));
    if (matricesToLoad === 0) block.statements.push(...waiting.splice(0));
  });
  return block.statements;
}

/** How often each value is used, by an output or by a step that is itself used; 0 for unused values. */
function countUses({ inputs, steps, outputs }: ElementwiseKernel): readonly number[] {
  const uses = new Array<number>(inputs.length + steps.length).fill(0);
  for (const output of outputs) uses[output] = (uses[output] as number) + 1;
  for (let step = steps.length - 1; step >= 0; step -= 1) {
    if (uses[inputs.length + step] === 0) continue;
    for (const operand of (steps[step] as ElementwiseKernel['steps'][number]).arguments)
      uses[operand] = (uses[operand] as number) + 1;
  }
  return uses;
}

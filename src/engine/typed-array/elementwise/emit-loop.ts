import { assertKernel, type ElementwiseKernel } from './elementwise-kernel.js';
import { type ElementAccess, emitElement } from './emit-element.js';
import { createFrame } from './function-frame.js';
import { control, i32, local, v128 } from './instructions.js';
import { type Code, ValueType, type WasmFunction } from './wasm-encoder.js';

const BYTES_PER_ELEMENT = 4;
const LANES = 4;
/** Arguments, as byte offsets of Int32 words: rows, columns, then a pointer and a row stride for each input and each output. */
const ROWS = 0;
const COLUMNS = 4;
const operandOffset = (operand: number): number => 8 + 8 * operand;
const ARGUMENTS = local.get(0);

/** The function that runs a kernel: a loop over rows and columns. Its parameter is the address of its arguments. */
export function emitLoop(name: string, kernel: ElementwiseKernel): WasmFunction {
  assertKernel(kernel);
  const { inputs, outputs } = kernel;
  const frame = createFrame();
  const rows = frame.local(ValueType.i32);
  const rowBytes = frame.local(ValueType.i32);
  const mainBytes = frame.local(ValueType.i32);
  const offset = frame.local(ValueType.i32);
  const pointers = [...inputs, ...outputs].map(() => frame.local(ValueType.i32));
  const columns = inputs.map((input) => (input === 'column' ? frame.local(ValueType.v128) : 0));

  const address = (operand: number): Code => i32.add(local.get(pointers[operand] as number), local.get(offset));
  const access = (load: (address: Code) => Code, store: (address: Code, value: Code) => Code): ElementAccess => ({
    load: (input) => (inputs[input] === 'column' ? local.get(columns[input] as number) : load(address(input))),
    store: (output, value) => store(address(inputs.length + output), value),
  });
  /** Iterates over the rest of the row up to `end`, `elements` at a time; no iteration if nothing is left. */
  const sweep = (end: number, elements: number, elementAccess: ElementAccess): Code => {
    const more = i32.lessThan(local.get(offset), local.get(end));
    const advance = local.set(offset, i32.add(local.get(offset), i32.constant(elements * BYTES_PER_ELEMENT)));
    return control.when(more, control.doWhile([emitElement(kernel, elementAccess, frame.block()), advance], more));
  };

  const row: Code = [
    inputs.map((input, number) =>
      input === 'column' ? local.set(columns[number] as number, v128.loadSplat(local.get(pointers[number] as number))) : [],
    ),
    local.set(offset, i32.constant(0)),
    sweep(mainBytes, LANES, access(v128.load, v128.store)),
    sweep(rowBytes, 1, access(v128.loadLane, v128.storeLane)),
    pointers.map((pointer, operand) => {
      const strideBytes = i32.shiftLeft(i32.load(ARGUMENTS, operandOffset(operand) + 4), 2);
      return local.set(pointer, i32.add(local.get(pointer), strideBytes));
    }),
    local.set(rows, i32.subtract(local.get(rows), i32.constant(1))),
  ];
  const moreRows = i32.lessThan(i32.constant(0), local.get(rows));
  const code: Code = [
    local.set(rows, i32.load(ARGUMENTS, ROWS)),
    local.set(rowBytes, i32.shiftLeft(i32.load(ARGUMENTS, COLUMNS), 2)),
    local.set(mainBytes, i32.and(local.get(rowBytes), i32.constant(-LANES * BYTES_PER_ELEMENT))),
    pointers.map((pointer, operand) => local.set(pointer, i32.load(ARGUMENTS, operandOffset(operand)))),
    frame.constants(),
    control.when(moreRows, control.doWhile(row, moreRows)),
  ];
  return { name, locals: frame.types, code };
}

import { checkNumber, checkOneOf, threadRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { type Node, type Outputs, topologicalOrder } from '../../graph/node.js';
import { inputOperation } from '../../graph/operations/input.js';
import { tableOperation, tableValues } from '../../graph/operations/table.js';
import { type Binding, type Bindings, checkOwnMemory, type Engine, type Program, plainTarget } from '../engine.js';
import { compileElementwise } from './elementwise/compile.js';
import { type ElementwiseKernel, kernelKey } from './elementwise/elementwise-kernel.js';
import { emitElementwise } from './elementwise-instructions.js';
import { type ElementwiseUnit, elementwiseUnit } from './elementwise-units.js';
import { copy, type Emission, type Instruction } from './emission.js';
import { emit } from './instructions.js';
import { lowerToKernels, tableName } from './lowering.js';
import { createMachine, type Machine } from './machine.js';
import { MAXIMUM_PAGES, type MemoryKind, usualMemory } from './memory.js';
import { planMemory } from './memory-plan.js';
import { createThreadChoice } from './thread-choice.js';
import { formUnits, type Units } from './units.js';

/** Compiling takes 1 to 2 ms and about 0.2 MB for each step and layer (docs/results.md). */
const MAXIMUM_UNROLLED_STEPS = 8192;

export interface TypedArrayEngineOptions {
  /** The number of parts into which each batch is divided; it is a part of the result's definition. Default 1. */
  shards?: number;
  /** How many threads share the shards, at most one for each: any number gives the same bits. Default 1. */
  threads?: number;
  /** Seconds from any origin. If given, each program finds the fastest number of threads from the times of its own runs. */
  now?: (() => number) | undefined;
  /**
   * `private`, for a single thread whose arrays are passed to code that accepts no SharedArrayBuffer; the bits are the same. Default
   * `shared`, or `private` where a single thread runs and there is no SharedArrayBuffer.
   */
  memory?: MemoryKind;
}

const MOST_SHARDS = 65_536;

/** Shards for many rows: a fixed number, so that the result does not depend on the machine. */
const ROW_SHARDS = 2;

/**
 * The engine that runs everywhere and gives the same bits everywhere: WebAssembly SIMD kernels over one memory, called from a schedule that
 * is written once, when a graph is compiled. A run allocates nothing.
 */
export function createTypedArrayEngine({
  shards = 1,
  threads = 1,
  now,
  memory = usualMemory(Math.min(threads, shards)),
}: TypedArrayEngineOptions = {}): Engine {
  checkNumber('shards', shards, { from: 1, to: MOST_SHARDS, whole: true });
  checkNumber('threads', threads, threadRange);
  checkOneOf('memory', memory, ['shared', 'private']);
  if (memory === 'private' && threads > 1) throw new UserError('usage', `private memory serves one thread, not ${threads}`);
  const machine = createMachine(Math.min(threads, shards), memory);
  /** Numbers of the elementwise loops compiled so far. */
  const loops = new Map<string, number>();
  const allocateFloats = (length: number) => machine.floats(machine.reserve(4 * length), length);
  const allocateIntegers = (length: number) => machine.integers(machine.reserve(4 * length), length);

  return {
    name: 'typed-array',
    readingSteps: 32,
    shards,
    threads: machine.threads,
    maximumUnrolledSteps: MAXIMUM_UNROLLED_STEPS,
    memoryInUse: () => machine.memoryInUse(),
    allocateFloats,
    allocateIntegers,
    owns: machine.owns,
    compile(source, given = {}) {
      checkOwnMemory(given, machine.owns);
      const outputs = typeof source === 'function' ? source(plainTarget) : source;
      const tables = writtenTables(outputs, allocateFloats);
      const graph = lowerToKernels(outputs, shards);
      const inputs = { ...given.inputs, ...tables };
      const bindings = completeBindings(graph, { ...given, inputs }, shards, { allocateFloats, allocateIntegers });
      return compileProgram(machine, loops, graph, bindings, { shards, shared: memory === 'shared', now });
    },
    forManyRows: (most, clock) => createTypedArrayEngine({ shards: ROW_SHARDS, threads: most, now: clock }),
    close: () => machine.close(),
  };
}

/** The tables of a graph in memory, under the names that their inputs have. */
function writtenTables(outputs: Outputs, allocateFloats: (length: number) => Float32Array): Record<string, Binding> {
  const tables: Record<string, Binding> = {};
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (node.operation !== tableOperation) continue;
    const name = tableName(node.attributes);
    if (tables[name]) continue;
    const values = allocateFloats(node.columns);
    values.set(tableValues(node));
    tables[name] = [values];
  }
  return tables;
}

/** Gives memory to inputs and outputs that the caller has not bound. */
function completeBindings(
  graph: Outputs,
  given: Bindings,
  shards: number,
  { allocateFloats, allocateIntegers }: Pick<Engine, 'allocateFloats' | 'allocateIntegers'>,
): Required<Bindings> {
  const make = (node: Node): Binding => {
    const length = node.rows * node.columns;
    const allocate = node.attributes.integer === true ? allocateIntegers : allocateFloats;
    return Array.from({ length: node.scope === 'shared' ? 1 : shards }, () => allocate(length));
  };
  const inputs: Record<string, Binding> = {};
  for (const node of topologicalOrder(Object.values(graph))) {
    if (node.operation !== inputOperation) continue;
    const name = node.attributes.name as string;
    inputs[name] = given.inputs?.[name] ?? make(node);
  }
  const outputs = Object.fromEntries(Object.entries(graph).map(([name, node]) => [name, given.outputs?.[name] ?? make(node)]));
  return { inputs, outputs, constants: given.constants ?? [] };
}

function compileProgram(
  machine: Machine,
  loops: Map<string, number>,
  graph: Outputs,
  bindings: Required<Bindings>,
  { shards, shared, now }: { shards: number; shared: boolean; now: (() => number) | undefined },
): Program {
  const units = formUnits(graph);
  const plan = planMemory({ outputs: graph, units, shards, bindings, reserve: (floats) => machine.reserve(4 * floats) });
  const elementwise = elementwiseUnits(graph, units);
  installLoops(
    machine,
    loops,
    [...elementwise.values()].map(({ kernel }) => kernel),
    shared,
  );

  /** Instructions of each phase and shard, as words: [kernel number, word count, arguments ...]. */
  const segments = Array.from({ length: units.phases + 1 }, () => Array.from({ length: shards }, (): number[] => []));
  const write = (segment: number[], kernel: number, args: readonly number[]) => segment.push(kernel, args.length + 2, ...args);
  const writeNamed = (segment: number[], [name, ...args]: Instruction) => write(segment, machine.kernel(name), args);
  for (let shard = 0; shard < shards; shard++) {
    const emission: Emission = {
      shard,
      shards,
      address: (node, of = shard) => plan.address(node, of),
      stride: (node) => plan.stride(node),
      isAbsorbed: (node) => units.absorbed.has(node),
    };
    for (const { nodes, phase } of units.units) {
      const segment = segments[phase]![shard]!;
      const fused = elementwise.get(nodes[0]!);
      if (fused) {
        const args = emitElementwise(nodes[0]!, fused, emission);
        if (args) write(segment, loops.get(kernelKey(fused.kernel))!, args);
      } else {
        for (const instruction of emit(nodes[0]!, emission)) writeNamed(segment, instruction);
      }
    }
    for (const { name, node } of plan.copies) {
      const to = bindings.outputs[name]!;
      if (node.scope === 'shared' && shard > 0) continue;
      writeNamed(segments[units.phases]![shard]!, copy(node, emission, to[shard]!.byteOffset, node.columns));
    }
  }
  const programs = writeSchedule(machine, segments, units.parameterPhases, shards);
  const choice = now && createThreadChoice(machine.threads);
  let derivedIsOld = true;
  return {
    ...bindings,
    parametersChanged() {
      derivedIsOld = true;
    },
    run() {
      const start = now?.() ?? 0;
      machine.run(derivedIsOld ? programs.whole : programs.withoutParameterPhases, choice?.threads() ?? machine.threads);
      if (now) choice?.took(now() - start);
      derivedIsOld = false;
    },
  };
}

/** The fused loops by their unit's first node. */
function elementwiseUnits(graph: Outputs, { units }: Units): Map<Node, ElementwiseUnit> {
  const unitOf = new Map<Node, Node>();
  for (const { nodes } of units) for (const node of nodes) unitOf.set(node, nodes[0]!);
  const stored = new Set<Node>(Object.values(graph));
  for (const node of topologicalOrder(Object.values(graph))) {
    for (const input of node.inputs) {
      if (unitOf.get(input) === undefined || unitOf.get(input) !== unitOf.get(node)) stored.add(input);
    }
  }
  const fused = units.filter(({ nodes }) => nodes[0]!.operation.elementwise);
  return new Map(fused.map(({ nodes }) => [nodes[0]!, elementwiseUnit(nodes, (node) => stored.has(node))]));
}

/** Compiles the loops that are new, all as one module. */
function installLoops(
  machine: Machine,
  loops: Map<string, number>,
  kernels: readonly ElementwiseKernel[],
  shared: boolean,
): void {
  const fresh = new Map<string, ElementwiseKernel>();
  for (const kernel of kernels) {
    const key = kernelKey(kernel);
    if (!loops.has(key)) fresh.set(key, kernel);
  }
  if (fresh.size === 0) return;
  const code = compileElementwise([...fresh.values()], { shared, maximumPages: MAXIMUM_PAGES });
  const first = machine.install(new WebAssembly.Module(code), fresh.size);
  [...fresh.keys()].forEach((key, i) => void loops.set(key, first + i));
}

/** Writes the segments to memory, with the headers of the whole program and of the program without the phases of parameters. */
function writeSchedule(machine: Machine, segments: readonly number[][][], parameterPhases: number, shards: number) {
  const ranges = segments.map((phase) =>
    phase.map((words) => {
      const start = machine.reserve(4 * words.length);
      machine.integers(start, words.length).set(words);
      return [start, start + 4 * words.length];
    }),
  );
  const writeHeader = (phases: readonly number[][][]) => {
    const words = [phases.length, shards, machine.barrier, ...phases.flat(2)];
    const address = machine.reserve(4 * words.length);
    machine.integers(address, words.length).set(words);
    return address;
  };
  return { whole: writeHeader(ranges), withoutParameterPhases: writeHeader(ranges.slice(parameterPhases)) };
}

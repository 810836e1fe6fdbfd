import { type Node, type Outputs, type Scope, topologicalOrder } from '../../graph/node.js';
import { inputOperation } from '../../graph/operations/input.js';
import { logSumExpOperation } from '../../graph/operations/log-sum-exp.js';
import { concatenateOperation, sliceOperation } from '../../graph/operations/movement.js';
import { selectedCrossEntropyGradientOperation, selectedCrossEntropyOperation } from '../../graph/operations/selected-rows.js';
import {
  softmaxCrossEntropyGradientOperation,
  softmaxCrossEntropyOperation,
} from '../../graph/operations/softmax-cross-entropy.js';
import { rowSumsOperation } from '../../graph/operations/sums.js';
import type { Bindings } from '../engine.js';
import { packBatchOperation, packPanelsOperation, packSelectedOperation, transposeSelectedOperation } from './lowering.js';
import { isView, type Units } from './units.js';

/** A range of memory: one for a shared value; for a sharded value one in every shard's arena, at the same offset. */
interface Storage {
  readonly scope: Scope;
  /** In floats. */
  readonly length: number;
  /** Byte addresses, one or one for each shard: those that the caller bound, else set by the plan. */
  addresses: readonly number[];
  /** First and last point in time (an index of units) at which it is used. */
  first: number;
  last: number;
}

/** Where a value is stored: rows `stride` floats apart, beginning `offset` floats into the storage. */
interface Location {
  readonly storage: Storage;
  readonly offset: number;
  readonly stride: number;
}

export interface MemoryPlan {
  /** Byte address of a value in a shard (shared values have one for all). */
  address(node: Node, shard: number): number;
  /** Floats from one row to the next. */
  stride(node: Node): number;
  /** Outputs that could not be computed in place and are copied at the end. */
  readonly copies: readonly { readonly name: string; readonly node: Node }[];
}

interface PlanOptions {
  outputs: Outputs;
  units: Units;
  shards: number;
  bindings: Required<Bindings>;
  /** Takes memory that is never freed; returns its byte address. */
  reserve(floats: number): number;
}

/**
 * Assigns memory to every value, once, when a program is compiled. A slice is a view of its matrix. The parts of a concatenation are
 * computed directly in its memory. Memory of values that are no longer needed is reused.
 */
export function planMemory({ outputs, units, shards, bindings, reserve }: PlanOptions): MemoryPlan {
  const nodes = nodesOf(outputs, units);
  const locations = new Map<Node, Location>();
  const bound = (node: Node, buffers: readonly { byteOffset: number }[]): Location => ({
    storage: {
      scope: node.scope,
      length: 0,
      addresses: buffers.map((buffer) => buffer.byteOffset),
      first: 0,
      last: Number.POSITIVE_INFINITY,
    },
    offset: 0,
    stride: node.columns,
  });

  for (const node of nodes) {
    if (node.operation === inputOperation) locations.set(node, bound(node, bindings.inputs[node.attributes.name as string]!));
  }
  const copies: { name: string; node: Node }[] = [];
  for (const [name, node] of Object.entries(outputs)) {
    if (locations.has(node) || isView(node)) copies.push({ name, node });
    else locations.set(node, bound(node, bindings.outputs[name]!));
  }
  placeValues(nodes, units, locations);
  for (const node of nodes) {
    if (node.operation !== sliceOperation) continue;
    const { storage, offset, stride } = locations.get(node.inputs[0]!)!;
    const start = node.attributes.start as number;
    locations.set(node, { storage, stride, offset: offset + (node.attributes.axis === 'rows' ? start * stride : start) });
  }
  const storages = measureLifetimes(units, locations, new Set(copies.map(({ node }) => node)));
  for (const scope of ['shared', 'sharded'] as const) {
    const own = storages.filter((storage) => storage.scope === scope && storage.addresses.length === 0);
    const { offsets, length } = pack(own);
    const bases = Array.from({ length: scope === 'shared' ? 1 : shards }, () => reserve(length));
    own.forEach((storage, i) => {
      storage.addresses = bases.map((base) => base + 4 * offsets[i]!);
    });
  }
  return {
    address(node, shard) {
      const { storage, offset } = locations.get(node)!;
      return (storage.addresses[shard] ?? storage.addresses[0]!) + 4 * offset;
    },
    stride: (node) => locations.get(node)!.stride,
    copies,
  };
}

/** All values of the program, inputs before users, in the order of execution. */
function nodesOf(outputs: Outputs, { units }: Units): Node[] {
  return topologicalOrder([...units.flatMap((unit) => unit.nodes), ...Object.values(outputs)]);
}

/** These kernels write one value a row, without a stride. */
const unstrided = new Set([
  rowSumsOperation,
  logSumExpOperation,
  softmaxCrossEntropyOperation,
  selectedCrossEntropyOperation,
  packPanelsOperation,
  packBatchOperation,
  packSelectedOperation,
  transposeSelectedOperation,
]);

/** Operations whose result may replace their first operand, a matrix of logits. */
const inPlace = new Set([softmaxCrossEntropyGradientOperation, selectedCrossEntropyGradientOperation]);

/** Goes from the last value to the first, so that a concatenation has its location before its parts get theirs. */
function placeValues(nodes: readonly Node[], { units, absorbed }: Units, locations: Map<Node, Location>): void {
  const lastUse = lastUses(units);
  const made = new Map(units.flatMap((unit, time) => unit.nodes.map((node) => [node, time] as const)));
  for (const node of nodes.toReversed()) {
    if (isView(node) || absorbed.has(node)) continue;
    if (!locations.has(node)) locations.set(node, newLocation(node));
    const { storage, offset, stride } = locations.get(node)!;
    if (node.operation === concatenateOperation) {
      let along = offset;
      for (const part of node.inputs) {
        const free = !locations.has(part) && !isView(part) && !unstrided.has(part.operation) && part.scope === node.scope;
        if (free) locations.set(part, { storage, offset: along, stride });
        along += node.attributes.axis === 'rows' ? part.rows * stride : part.columns;
      }
    }
    // The gradient of the logits replaces the logits, the largest matrix of a word-level model.
    if (inPlace.has(node.operation)) {
      const logits = node.inputs[0]!;
      const dies = !locations.has(logits) && !isView(logits) && lastUse.get(logits) === made.get(node);
      if (dies && storage.addresses.length === 0 && logits.scope === node.scope)
        locations.set(logits, { storage, offset, stride });
    }
  }
}

function newLocation(node: Node): Location {
  const storage = {
    scope: node.scope,
    length: node.rows * node.columns,
    addresses: [],
    first: Number.POSITIVE_INFINITY,
    last: -1,
  };
  return { storage, offset: 0, stride: node.columns };
}

function lastUses(units: Units['units']): Map<Node, number> {
  const last = new Map<Node, number>();
  units.forEach((unit, time) => {
    for (const node of unit.nodes) for (const input of node.inputs) last.set(input, time);
  });
  return last;
}

/** What a node reads from memory: its inputs, with absorbed ones replaced by their own inputs. */
function storedInputs(node: Node, absorbed: ReadonlySet<Node>): Node[] {
  const stored: Node[] = [];
  const waiting = node.inputs.toReversed();
  for (let input = waiting.pop(); input; input = waiting.pop()) {
    if (absorbed.has(input)) waiting.push(...input.inputs.toReversed());
    else stored.push(input);
  }
  return stored;
}

/** Finds when each storage is first written and last read. */
function measureLifetimes(
  { units, parameterPhases, absorbed }: Units,
  locations: ReadonlyMap<Node, Location>,
  kept: ReadonlySet<Node>,
): Storage[] {
  const firstOfPhase: number[] = [];
  const lastOfPhase: number[] = [];
  units.forEach(({ phase }, time) => {
    firstOfPhase[phase] ??= time;
    lastOfPhase[phase] = time;
  });
  const storages = new Set<Storage>();
  const touch = (node: Node, first: number, last: number) => {
    const storage = locations.get(node)?.storage;
    if (!storage) return;
    storages.add(storage);
    storage.first = Math.min(storage.first, first);
    storage.last = Math.max(storage.last, last);
  };
  units.forEach(({ nodes, phase }, time) => {
    // Threads share the work on a shared value, so it is in use for the whole phase; the values of one shard are computed in order.
    const shared = nodes[0]!.scope === 'shared';
    const [from, until] = shared ? [firstOfPhase[phase]!, lastOfPhase[phase]!] : [time, time];
    for (const node of nodes) {
      touch(node, from, phase < parameterPhases || kept.has(node) ? Number.POSITIVE_INFINITY : until);
      for (const input of storedInputs(node, absorbed)) touch(input, from, until);
    }
  });
  for (const node of kept) touch(node, 0, Number.POSITIVE_INFINITY);
  return [...storages];
}

/** Floats in a cache line: no two threads write to the same line. */
const LINE = 16;

/** A range of an arena that is currently unused. */
interface Gap {
  start: number;
  end: number;
}

/** Assigns the lowest free offset to each storage, in the order of their first use. */
function pack(storages: readonly Storage[]): { offsets: number[]; length: number } {
  const indices = storages.map((_, i) => i);
  const byFirst = indices.toSorted((a, b) => storages[a]!.first - storages[b]!.first);
  const byLast = indices.toSorted((a, b) => storages[a]!.last - storages[b]!.last);
  const size = (i: number) => Math.ceil(storages[i]!.length / LINE) * LINE;
  const offsets: number[] = new Array(storages.length);
  const gaps: Gap[] = [];
  let length = 0;
  let released = 0;
  for (const i of byFirst) {
    for (; storages[byLast[released]!]!.last < storages[i]!.first; released++) {
      const done = byLast[released]!;
      release(gaps, offsets[done]!, offsets[done]! + size(done));
    }
    const place = gaps.findIndex(({ start, end }) => end - start >= size(i));
    const gap = gaps[place];
    offsets[i] = gap ? gap.start : length;
    if (!gap) length += size(i);
    else if (gap.end - gap.start > size(i)) gap.start += size(i);
    else gaps.splice(place, 1);
  }
  return { offsets, length };
}

/** Returns a range to the sorted gaps, and merges it with adjacent ones. */
function release(gaps: Gap[], start: number, end: number): void {
  const next = gaps.findIndex((gap) => gap.start >= end);
  const place = next < 0 ? gaps.length : next;
  const before = gaps[place - 1];
  const after = gaps[place];
  if (before?.end === start && after?.start === end) {
    before.end = after.end;
    gaps.splice(place, 1);
  } else if (before?.end === start) before.end = end;
  else if (after?.start === end) after.start = start;
  else gaps.splice(place, 0, { start, end });
}

import type { Engine, Program, Target } from '../engine/engine.js';
import type { Outputs } from '../graph/node.js';
import type { CarriedState } from './carried-state.js';
import { type ExportedNetwork, exportedProgram, type Wanted } from './exported-network.js';
import { attentionGraph, predictionGraph, scoringGraph } from './graphs.js';
import type { ModelDescription } from './model-description.js';
import { type ParameterTable, parameterBindings } from './parameter-table.js';
import type { ModelOptions } from './specification.js';
import type { WindowOptions } from './window-graph.js';

/** A model that our own graphs compute. */
export interface ParameterNetwork {
  readonly options: ModelOptions;
  readonly table: ParameterTable;
  /** The parameters, [table.arenaLength], in the engine's memory. */
  readonly arena: Float32Array;
}

/** What samplers and scorers compute with. The functions below compile programs for either kind. */
export type Network = ParameterNetwork | ExportedNetwork;

/** An opened model file, or an opened export. A bidirectional model is its forward stack, and has its backward stack besides. */
export type LanguageModel = ModelDescription & Network & { readonly backward?: ModelDescription & ParameterNetwork };

/** A program that reads a window of tokens and computes `logits` [T*B, V] of the token after each; see `predictionGraph`. */
export function predictionProgram(network: Network, engine: Engine, window: WindowOptions, state: CarriedState): Program {
  return windowProgram(network, engine, window, state, 'logits', predictionGraph);
}

/** A program that only reads: it computes the state after the window and nothing else. */
export function readingProgram(network: Network, engine: Engine, window: WindowOptions, state: CarriedState): Program {
  return windowProgram(network, engine, window, state, 'nothing', (options, size, target) => {
    const { logits: _, ...next } = predictionGraph(options, size, target);
    return next;
  });
}

/** A program that computes the `loss` [T*B, 1] of `targets`, in nats; see `scoringGraph`. */
export function scoringProgram(network: Network, engine: Engine, window: WindowOptions, state: CarriedState): Program {
  return windowProgram(network, engine, window, state, 'loss', scoringGraph);
}

/** A program that computes the attention weights of a window; see `attentionGraph`. An exported file has no such outputs. */
export function attentionProgram(
  { options, table, arena }: ParameterNetwork,
  engine: Engine,
  window: WindowOptions,
  state: CarriedState,
): Program {
  return engine.compile(() => attentionGraph(options, window), {
    inputs: { ...parameterBindings(table, arena), ...state.inputs },
    outputs: state.outputs,
  });
}

function windowProgram(
  network: Network,
  engine: Engine,
  window: WindowOptions,
  state: CarriedState,
  wanted: Wanted,
  graph: (options: ModelOptions, window: WindowOptions, target: Target) => Outputs,
): Program {
  if ('exported' in network) return exportedProgram(network, window, state, wanted);
  const parameters = parameterBindings(network.table, network.arena);
  // A trained model is used: nothing changes its parameters any more.
  const constants = wanted === 'logits' ? [] : Object.keys(parameters);
  return engine.compile((target) => graph(network.options, window, target), {
    inputs: { ...parameters, ...state.inputs },
    outputs: state.outputs,
    constants,
  });
}

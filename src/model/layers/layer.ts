import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import type { StandardOperator } from '../../onnx/recurrent-operator.js';
import type { Cell, Tap } from '../cells/cell.js';
import type { ParameterSpecification, StateSpecification } from '../declarations.js';
import type { MaskSpan, StepPlace } from '../modifiers/dropout-rates.js';

/** What a layer may ask for while its equations are written down. All arrays are time-major: row t * B + b. */
export interface LayerContext {
  /** In `evaluate`, nothing is random: masks are absent. */
  readonly mode: 'train' | 'evaluate';
  /** T, the steps of the window. */
  readonly steps: number;
  /** B, the sequences of one shard. */
  readonly batch: number;
  /** A parameter or a part of the state before the window, by the layer's own name for it. */
  parameter(name: string): Node;
  state(name: string): Node;
  /**
   * In training, the positions whose targets count: `weights` [T*B, 1], 1 where one counts and 0 behind the end of a text, and
   * `inverseCount` [1, 1], 1 / their number in all shards. Undefined in evaluate mode.
   */
  readonly counted?: { readonly weights: Node; readonly inverseCount: Node } | undefined;
  /** [T*B, 1]: 0 where the state is forgotten before a step, else 1. Absent where nothing is forgotten. */
  readonly keep: Node | undefined;
  /**
   * A mask of 0 (dropped, with probability `rate`) and 1 / (1 - rate) (kept): drawn for each step, [T*B, columns], or once for all
   * steps of the window, [B, columns]. Undefined in evaluate mode and at rate 0.
   */
  mask(options: { readonly columns: number; readonly rate: number; readonly span: MaskSpan }): Node | undefined;
  /** Such a mask of a parameter, [rows, columns]: one for the window, the same in all shards. */
  weightMask(options: { readonly rows: number; readonly columns: number; readonly rate: number }): Node | undefined;
  /** Names a value for diagnosis; returns it. Free when nobody asks. */
  readonly tap: Tap;
  /**
   * Adds a term to the objective of training, with its weight: the mean of `value`, [T*B, 1] or [1, 1], over the positions whose targets
   * count. It is differentiated and logged as `objective.NAME`, and no part of the reported loss. Terms of one name are added.
   */
  penalty(name: string, value: Node): void;
  /**
   * The value that a parameter of the role `buffer` has after this window of training, a shared value of the buffer's shape (a vector is a
   * row). It is not differentiated.
   */
  updateBuffer(name: string, value: Node): void;
  /**
   * The layer as the engine's own operator, where the engine computes one; else undefined, and the layer's equations are used. Never
   * in training: such an operator has no gradient.
   */
  standard(operator: StandardOperator, x: Node, state: readonly Node[]): { output: Node; state: readonly Node[] } | undefined;
}

export interface LayerOutput {
  /** [T*B, size] */
  readonly output: Node;
  /** The state after the window, in the order of `states`. */
  readonly state: readonly Node[];
}

/** A layer of a network: from inputs [T*B, inputSize] to outputs [T*B, size]. A layer without states works on each row alone. */
export interface Layer {
  readonly parameters: readonly ParameterSpecification[];
  readonly states: readonly StateSpecification[];
  forward(x: Node, context: LayerContext): LayerOutput;
  /** Of a recurrent layer: the cell, which says which operators and modules of others compute the same. */
  readonly cell?: Cell;
}

/** Where a layer stands. */
export interface LayerSizes {
  readonly inputSize: number;
  readonly size: number;
}

/** A layer as configs, files, exports and documents know it. One of these is the layer's line in the registry. */
export interface LayerDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** As people write it. */
  readonly name: (values: OptionValues) => string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** Whether the config chooses the number of outputs; else it is that of the inputs. */
  readonly sized: boolean;
  /** Options of modifiers, which act around the equations of any layer of this kind. Default none. */
  readonly modifiers?: Options;
  /** Places within its steps at which it can drop values, besides its inputs and outputs. Default none. */
  readonly dropoutPlaces?: readonly StepPlace[];
  /** The option that does not fit the sizes, and why, where one does not. */
  readonly misfit?: (values: OptionValues, sizes: LayerSizes) => { readonly key: string; readonly because: string } | undefined;
  readonly create: (values: OptionValues, sizes: LayerSizes) => Layer;
}

/** Declares a layer: its options' types reach `name` and `create`, and the registry sees any declaration alike. */
export function declareLayer<const D extends Options>(definition: Definition<LayerDeclaration, D>): LayerDeclaration {
  return definition as unknown as LayerDeclaration;
}

import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import type { StandardOperator } from '../../onnx/recurrent-operator.js';
import type { Cell, Tap } from '../cells/cell.js';
import type { ParameterSpecification, StateSpecification } from '../declarations.js';
import type { MaskSpan, StepPlace } from '../modifiers/dropout-rates.js';
import type { LayerSizes, OptionMisfit } from '../option-misfit.js';

/** What a layer can read and report while it builds its equations. All arrays are time-major: row t * B + b. */
export interface LayerContext {
  /** In `evaluate` nothing is random: there are no masks. */
  readonly mode: 'train' | 'evaluate';
  /** T, the steps of the window. */
  readonly steps: number;
  /** B, the sequences of one shard. */
  readonly batch: number;
  /** A parameter or a part of the state before the window, by the layer's own name for it. */
  parameter(name: string): Node;
  state(name: string): Node;
  /**
   * In training, the positions whose targets count: `weights` [T*B, 1], 1 where a target counts and 0 after the end of a text, and
   * `inverseCount` [1, 1], 1 / their number in all shards. Undefined in evaluate mode.
   */
  readonly counted?: { readonly weights: Node; readonly inverseCount: Node } | undefined;
  /** [T*B, 1]: 0 where the state is reset before a step, else 1. Undefined where no state is reset. */
  readonly keep: Node | undefined;
  /**
   * A mask of 0 (dropped, with probability `rate`) and 1 / (1 - rate) (kept): drawn for each step, [T*B, columns], or once for all
   * steps of the window, [B, columns]. Undefined in evaluate mode and at rate 0.
   */
  mask(options: { readonly columns: number; readonly rate: number; readonly span: MaskSpan }): Node | undefined;
  /** A mask of a parameter, [rows, columns]: one for the window, the same in all shards. Undefined in evaluate mode and at rate 0. */
  weightMask(options: { readonly rows: number; readonly columns: number; readonly rate: number }): Node | undefined;
  /** Names a value for diagnosis and returns it. It costs nothing when nothing reads the value. */
  readonly tap: Tap;
  /**
   * In training, adds a term to the objective, with its weight: the mean of `value`, [T*B, 1] or [1, 1], over the positions whose targets
   * count. It is differentiated and logged as `objective.NAME`, and is not part of the reported loss. Terms of one name are added.
   */
  penalty(name: string, value: Node): void;
  /**
   * In training, sets the value of a parameter of the role `buffer` after this window: a shared value of the buffer's shape (a vector is a
   * row). It is not differentiated.
   */
  updateBuffer(name: string, value: Node): void;
  /**
   * The layer as an operator of the engine, if the engine has it; undefined otherwise, and then the layer's equations are used. Always
   * undefined in training: such an operator has no gradient.
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
  /** Of a layer with attention: the taps of its weights, one for each head: [T*B, U], for each step over the U positions of its history. */
  readonly attends?: readonly string[];
  /** Of a recurrent layer: its cell, which declares the equivalent operators of ONNX and modules of PyTorch. */
  readonly cell?: Cell;
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
  /** Whether the config sets the number of outputs; else it equals the number of inputs. */
  readonly sized: boolean;
  /** Options of the modifiers that act around the layer's equations. Default none. */
  readonly modifiers?: Options;
  /** Places within its steps where it can apply dropout, besides its inputs and outputs. Default none. */
  readonly dropoutPlaces?: readonly StepPlace[];
  /** The option that does not fit the sizes, and why; undefined if all fit. */
  readonly misfit?: (values: OptionValues, sizes: LayerSizes) => OptionMisfit | undefined;
  readonly create: (values: OptionValues, sizes: LayerSizes) => Layer;
}

/** Declares a layer. `name` and `create` get option values of the declared types; the registry sees all declarations as one type. */
export function declareLayer<const D extends Options>(definition: Definition<LayerDeclaration, D>): LayerDeclaration {
  return definition as unknown as LayerDeclaration;
}

import { type Definition, numberOption, type Options, type OptionValues, optional } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import { add } from '../../graph/operations/pointwise.js';
import type { StandardOperator } from '../../onnx/recurrent-operator.js';
import type { ParameterSpecification, StateSpecification } from '../declarations.js';
import type { LayerSizes, OptionMisfit } from '../option-misfit.js';

/** Names a value of a step for diagnosis and for exported code. It costs nothing when nobody asks for the value. */
export type Tap = (name: string, value: Node) => Node;

/** What the layer around a cell gives to a step: names for values, and the places where modifiers of the layer act. */
export interface StepContext {
  readonly tap: Tap;
  /** x W' + b, with W (outputs, inputs) a parameter, some rows of one, or a product of two. Every product of a cell is made here. */
  linear(x: Node, weight: Node, bias?: Node): Node;
  /** A value besides the products that a normalized layer normalizes: the LSTM's cell state before its tanh (Ba et al. 2016). */
  normalize(name: string, value: Node): Node;
  /** What a gated cell adds to its state: the candidate, before it is multiplied by a gate (Semeniuta et al. 2016). */
  update(candidate: Node): Node;
}

/** The context of a layer without modifiers: the cell's equations as they stand. */
export function plainStep(tap: Tap): StepContext {
  return { tap, linear, normalize: (_, value) => value, update: (candidate) => candidate };
}

/** A recurrent cell: what one step of one layer computes. Gradients, fused loops and exported forms are derived from it. */
export interface Cell {
  /** The parameters of a layer with inputs [B, inputSize] and outputs [B, size]. The default names are PyTorch's. */
  parameters(inputSize: number, size: number): readonly ParameterSpecification[];
  /** The parts of the state, of any number of columns. */
  states(size: number): readonly StateSpecification[];
  /**
   * How many inputs a step reads: its own and those of the steps before it, which are zero before the first token of a text. The layer keeps
   * them as a further part of its state. Default 1.
   */
  readonly inputSteps?: number;
  /**
   * One step.
   * @param x [B, inputSize]; with k = `inputSteps` the last k inputs side by side, the newest first, [B, k*inputSize]
   * @param state before the step, in the order of `states`
   * @param parameters by name
   * @param context names values and makes products, so that the layer can modify them; see {@link StepContext}
   * @returns the output [B, size] and the state after the step
   */
  step(x: Node, state: readonly Node[], parameters: CellParameters, context: StepContext): CellOutput;
  /** ONNX's operator for a layer of this cell, where one computes the same. */
  readonly onnx?: StandardOperator;
  /** The value of a step that decides which share of each unit's memory is kept, if one does. */
  readonly retention?: Retention;
  /** For a cell whose state can grow without bound: what it is called then, and what to do about it. */
  readonly unbounded?: { readonly name: string; readonly remedy: string };
  /** The module of torch.nn that computes the same, with its own arguments. */
  readonly torch?: { readonly module: 'LSTM' | 'GRU' | 'RNN'; readonly arguments?: string };
}

/**
 * The tapped value, between 0 and 1, by which a step multiplies what it remembers: 1 keeps all of it. Where the value is the share that is
 * replaced instead, it is `inverted`.
 */
export interface Retention {
  /** The cell's own name of the tap: `gate.f`. */
  readonly tap: string;
  readonly inverted?: boolean;
}

/** The output of a step [B, size], and the state after it, in the order of `states`. */
export interface CellOutput {
  readonly output: Node;
  readonly state: readonly Node[];
}

export type CellParameters = Readonly<Record<string, Node>>;

/** A cell as configs, files, exports and documents know it. One of these is the cell's line in the registry. */
export interface CellDeclaration {
  /** `type` in a config. */
  readonly type: string;
  /** As people write it, for headings and tables: `LSTM`, `GRU (reset after the product)`. */
  readonly name: (values: OptionValues) => string;
  /** One sentence with its source. */
  readonly describe: string;
  readonly options: Options;
  /** The option that does not fit the sizes of a layer, and why; undefined if all fit. */
  readonly misfit?: (values: OptionValues, sizes: LayerSizes) => OptionMisfit | undefined;
  /** `import` takes a state dict with so many gates for this cell. Absent: only our own files say that they are of this cell. */
  readonly importedGates?: number;
  readonly create: (values: OptionValues) => Cell;
}

/** Declares a cell: its options' types reach `name` and `create`, and the registry sees any declaration alike. */
export function declareCell<const D extends Options>(definition: Definition<CellDeclaration, D>): CellDeclaration {
  return definition as unknown as CellDeclaration;
}

interface GatedOptions {
  /** G, one below the other in each parameter. */
  readonly gates: number;
  /** Whether the state is multiplied by a matrix too. Without one, parameters are drawn as those of torch.nn.Linear. Default true. */
  readonly recurrent?: boolean;
  /** Which of the gates is a forget gate, if one is: its first bias may begin with a value of its own. */
  readonly forgetGate?: number;
  /** What the forget gate's biases begin with together, whatever the initialization of the model. */
  readonly forgetBias?: number | undefined;
  /** Which of the gates is an input gate beside the forget gate. */
  readonly inputGate?: number | undefined;
  /** Which of the gates decides between the old state and a candidate, and whether it keeps the old state where it is open. */
  readonly updateGate?: { readonly gate: number; readonly keeps: boolean };
  /** Default: torch.nn's two, bias_ih and bias_hh. */
  readonly biases?: readonly string[];
}

/** The option `forgetBias` of cells with a forget gate. */
export const forgetBiasOption = optional(
  numberOption({ from: -100, to: 100 }, 0, 'Starting value of the forget gate bias of this layer.'),
  'that of model.initialization',
);

/** The parameters of torch.nn's recurrent layers: weight_ih (G*H, E), weight_hh (G*H, H), biases (G*H). */
export function gatedParameters(options: GatedOptions): Cell['parameters'] {
  const { gates, recurrent = true, forgetGate, forgetBias, inputGate, updateGate, biases = ['bias_ih', 'bias_hh'] } = options;
  return (inputSize, size) => {
    const common = { blocks: gates, fan: recurrent ? size : inputSize };
    return [
      { ...common, name: 'weight_ih', shape: [gates * size, inputSize], role: 'input' },
      ...(recurrent ? [{ ...common, name: 'weight_hh', shape: [gates * size, size], role: 'recurrent' } as const] : []),
      ...biases.map((name, i): ParameterSpecification => {
        const share = i === 0 ? 1 : 0;
        const forget = forgetGate === undefined ? undefined : ({ block: forgetGate, share, bias: forgetBias } as const);
        const update = updateGate && ({ block: updateGate.gate, keeps: updateGate.keeps, share } as const);
        return { ...common, name, shape: [gates * size], role: 'bias', forgetGate: forget, inputGate, updateGate: update };
      }),
    ];
  };
}

/** States of as many columns as the layer has outputs. */
export function statesOfSize(...names: readonly string[]): Cell['states'] {
  return (size) => names.map((name) => ({ name, columns: size }));
}

/** x W' + b, with W of shape (outputs, inputs) as PyTorch stores it. */
export function linear(x: Node, weight: Node, bias?: Node): Node {
  const product = matrixProduct(x, weight, { transposeB: true });
  return bias ? add(product, bias) : product;
}

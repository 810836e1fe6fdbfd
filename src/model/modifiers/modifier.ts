import type { Node } from '../../graph/node.js';
import type { CellOutput, CellParameters, StepContext } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';
import type { LayerContext } from '../layers/layer.js';

/** A change around the equations of a recurrent layer's cell, independent of the cell. */
export interface Modifier {
  /** Parameters besides those of the cell. */
  readonly parameters: readonly ParameterSpecification[];
  /**
   * Whether it acts only in training: a trained layer then computes what its cell computes, and an operator of ONNX or a module of torch.nn
   * can replace it.
   */
  readonly onlyTrains: boolean;
  /** Begins a window: computes what all of its steps share. */
  begin(window: LayerWindow): StepModifier;
}

/** A window of a layer whose equations are being built. */
export interface LayerWindow {
  readonly context: LayerContext;
  /** What the cell reads as its input in all steps, [T*B, inputSteps*inputSize], and in each, [B, inputSteps*inputSize]. */
  readonly input: Node;
  readonly inputs: readonly Node[];
  /** The parameter that a weight of a product is, or is some rows of, or is a product of with another on its right. */
  source(weight: Node): WeightSource;
}

/** Rows `start` to `start + length` of a declared parameter. */
export interface WeightSource {
  readonly parameter: ParameterSpecification;
  readonly start: number;
  readonly length: number;
}

/** What a modifier changes in the steps of one window. Each part is optional; t counts the steps from 0. */
export interface StepModifier {
  /** Returns the context of a step. */
  context?(t: number, context: StepContext): StepContext;
  /** Returns the changed result of a step. @param before the state before the step */
  result?(t: number, before: readonly Node[], output: CellOutput): CellOutput;
  /** Returns the parameters for the cell. */
  weights?(parameters: CellParameters): CellParameters;
}

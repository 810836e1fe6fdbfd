import type { Node } from '../../graph/node.js';
import type { CellOutput, CellParameters, StepContext } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';
import type { LayerContext } from '../layers/layer.js';

/** Something that a recurrent layer does around the equations of its cell, whatever the cell. */
export interface Modifier {
  /** Parameters besides those of the cell. */
  readonly parameters: readonly ParameterSpecification[];
  /** Whether a trained layer computes what its cell computes, so that an operator of ONNX or a module of torch.nn can stand for it. */
  readonly onlyTrains: boolean;
  /** Begins a window: makes what all of its steps share. */
  begin(window: LayerWindow): StepModifier;
}

/** A window of a layer while its equations are written down. */
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

/** What a modifier does in the steps of one window. Each part is optional; t counts the steps from 0. */
export interface StepModifier {
  /** What a step gets for its context. */
  context?(t: number, context: StepContext): StepContext;
  /** What becomes of the result of a step. @param before the state before the step */
  result?(t: number, before: readonly Node[], output: CellOutput): CellOutput;
  /** What the cell gets for its parameters. */
  weights?(parameters: CellParameters): CellParameters;
}

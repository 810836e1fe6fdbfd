/** Sizes of a layer at its position in the model. */
export interface LayerSizes {
  readonly inputSize: number;
  readonly size: number;
}

/** An option of a layer that does not fit its sizes, and why. */
export interface OptionMisfit {
  readonly key: string;
  readonly because: string;
}

/** The misfit of the option `heads`; undefined where the layer can be cut into so many equal heads. */
export function unequalHeads(heads: number, size: number): OptionMisfit | undefined {
  if (size % heads === 0) return undefined;
  return { key: 'heads', because: `the ${size} values of the layer cannot be cut into ${heads} equal heads` };
}

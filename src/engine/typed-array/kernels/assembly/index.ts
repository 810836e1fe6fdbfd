// What the module exports. A kernel has the signature (args: usize) => void, where args is the address of its argument words.

export { gatherColumns, scatterColumns } from './chosen-columns';
export { addMatrix, copyMatrix, fill } from './copying';
export { dropoutMask } from './dropout-mask';
export { gatherRows, scatterAddRows } from './embedding';
export { gaussianNoise } from './gaussian-noise';
export { matrixProduct } from './matrix-product';
export { packPanels } from './packing';
export { columnSums, rowSums, sumOfDoubles, sumOfSquares } from './reductions';
export { barrier, runProgram, runSegment, waitWhileEqual } from './scheduler';
export {
  gatherSelected,
  packSelected,
  relabelRange,
  scatterSelected,
  selectedCrossEntropy,
  selectedCrossEntropyGradient,
  selectedOuterProduct,
  selectedProduct,
  selectRows,
  transposeSelected,
} from './selected-rows';
export { logSumExp } from './softmax';
export { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-cross-entropy';
export { transpose } from './transpose';

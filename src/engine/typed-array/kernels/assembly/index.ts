export { addMatrix, copyMatrix, fill } from './copying';
export { dropoutMask } from './dropout-mask';
export { gatherRows, scatterAddRows } from './embedding';
export { matrixProduct } from './matrix-product';
export { packPanels } from './packing';
export { columnSums, rowSums, sumOfDoubles, sumOfSquares } from './reductions';
export { barrier, runProgram, runSegment, waitWhileEqual } from './scheduler';
export { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-cross-entropy';
export { transpose } from './transpose';

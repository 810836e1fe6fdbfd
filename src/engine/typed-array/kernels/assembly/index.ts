export { addMatrix, copyMatrix, fill } from './copying';
export { matrixProduct } from './matrix-product';
export { packPanels } from './packing';
export { barrier, runProgram, runSegment, waitWhileEqual } from './scheduler';
export { transpose } from './transpose';

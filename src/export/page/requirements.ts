/** A module of one function with a vector instruction: valid only where WebAssembly has SIMD. */
const vectorModule = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
];

/** What this browser lacks, and what to do; undefined where the page works. */
export function missingFeature(): string | undefined {
  if (typeof WebAssembly !== 'object')
    return (
      'This page computes with WebAssembly, and this browser has none, or it is switched off (as in a lockdown mode). ' +
      'Switch it on, or open the page in another browser.'
    );
  if (!WebAssembly.validate(Uint8Array.from(vectorModule)))
    return (
      'This page computes with the vector instructions (SIMD) of WebAssembly, and this browser has none. Open the page in a ' +
      'newer one: Chrome and Edge from version 91, Firefox from 89 and Safari from 16.4 have them.'
    );
  if (typeof Worker !== 'function')
    return 'This page computes in a worker, and this browser has none. Open it in another browser.';
  return undefined;
}

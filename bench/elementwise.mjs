// Speed of the generated elementwise loops on one thread, and the time to generate them. Run by hand:
//   npm run build && node bench/elementwise.mjs
// Best and median of many short runs over 25 x 128 elements: a time step of one of two shards at the charrnn size.

const built = new URL('../dist/engine/typed-array/elementwise/compile.js', import.meta.url);
/** @type {typeof import('../src/engine/typed-array/elementwise/compile.js')} */
const { compileElementwise } = await import(built.href);

/** @typedef {import('../src/engine/typed-array/elementwise/elementwise-kernel.js').ElementwiseKernel} ElementwiseKernel */
/** @typedef {import('../src/engine/typed-array/elementwise/elementwise-kernel.js').ElementwiseOperation} ElementwiseOperation */
/** @typedef {(operation: ElementwiseOperation, ...operands: number[]) => number} Step adds an operation, gives its value's number */

/**
 * Builds a kernel over so many matrices.
 *
 * @param {number} matrices
 * @param {(step: Step, constant: (value: number) => number) => number[]} define gives the outputs
 * @returns {ElementwiseKernel}
 */
function kernel(matrices, define) {
  /** @type {ElementwiseKernel['steps'][number][]} */
  const steps = [];
  const outputs = define(
    (operation, ...operands) => steps.push({ operation, arguments: operands }) + matrices - 1,
    (value) => steps.push({ operation: 'constant', arguments: [], value }) + matrices - 1,
  );
  return { inputs: Array(matrices).fill('matrix'), steps, outputs };
}

/** @param {ElementwiseOperation} operation */
const unary = (operation) => kernel(1, (step) => [step(operation, 0)]);
/** @param {ElementwiseOperation} operation */
const binary = (operation) => kernel(2, (step) => [step(operation, 0, 1)]);

/** @type {Record<string, ElementwiseKernel>} */
const kernels = {
  'lstm forward': kernel(5, (step) => {
    const [i, f, g, o] = [step('sigmoid', 0), step('sigmoid', 1), step('tanh', 2), step('sigmoid', 3)];
    const c = step('add', step('multiply', f, 4), step('multiply', i, g));
    const tanhC = step('tanh', c);
    return [i, f, g, o, c, tanhC, step('multiply', o, tanhC)];
  }),
  'lstm backward': kernel(8, (step, constant) => {
    const [i, f, g, o, previousC, tanhC, dH, nextDC] = /** @type {const} */ ([0, 1, 2, 3, 4, 5, 6, 7]);
    const one = constant(1);
    const product = (/** @type {number[]} */ ...factors) => factors.reduce((a, b) => step('multiply', a, b));
    const sigmoidSlope = (/** @type {number} */ s) => product(s, step('subtract', one, s));
    const tanhSlope = (/** @type {number} */ t) => step('subtract', one, product(t, t));
    const dC = step('add', nextDC, product(dH, o, tanhSlope(tanhC)));
    const dZ = [
      product(dC, g, sigmoidSlope(i)),
      product(dC, previousC, sigmoidSlope(f)),
      product(dC, i, tanhSlope(g)),
      product(dH, tanhC, sigmoidSlope(o)),
    ];
    return [...dZ, product(dC, f)];
  }),
  adam: kernel(4, (step, constant) => {
    const scaled = (/** @type {number} */ a, /** @type {number} */ scale) => step('multiply', a, constant(scale));
    const m = step('add', scaled(2, 0.9), scaled(1, 0.1));
    const v = step('add', scaled(3, 0.999), scaled(step('multiply', 1, 1), 0.001));
    const update = step('divide', scaled(m, 0.002), step('add', step('sqrt', v), constant(1e-8)));
    return [step('subtract', 0, update), m, v];
  }),
  exp: unary('exp'),
  log: unary('log'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  add: binary('add'),
  multiply: binary('multiply'),
  maximum: binary('maximum'),
};

const elements = 25 * 128;
const samples = 100;
const callsPerSample = 50;
const pages = 16;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });

/** @param {() => void} run */
function milliseconds(run) {
  const start = performance.now();
  run();
  return performance.now() - start;
}

const generate = () => compileElementwise(Object.values(kernels), { shared: true, maximumPages: pages });
const first = milliseconds(generate);
const warm = Math.min(...Array.from({ length: 50 }, () => milliseconds(generate)));
console.log(
  `${Object.keys(kernels).length} kernels generated in ${first.toFixed(1)} ms at first, ${warm.toFixed(1)} ms once warm\n`,
);

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(generate()), { env: { memory } });
const words = new Int32Array(memory.buffer);
const operandsStart = 4096;
const data = new Float32Array(memory.buffer, operandsStart).map((_, i) => 3 * Math.sin(i));

const timings = Object.entries(kernels).map(([name, { inputs, outputs }], index) => {
  const run = /** @type {(args: number) => void} */ (exports[index]);
  const operands = [...inputs, ...outputs].flatMap((_, operand) => [operandsStart + operand * (4 * elements + 64), elements]);
  /** @type {number[]} */
  const microseconds = [];
  return { name, run, args: [1, elements, ...operands], microseconds };
});
for (let sample = 0; sample < samples; sample += 1) {
  for (const { run, args, microseconds } of timings) {
    new Float32Array(memory.buffer, operandsStart).set(data); // other kernels have written over it
    words.set(args);
    const repeat = (/** @type {number} */ calls) => {
      for (let call = 0; call < calls; call += 1) run(0);
    };
    repeat(sample === 0 ? 3000 : 5); // until the optimizing compiler has seen it; then, for the caches
    microseconds.push((milliseconds(() => repeat(callsPerSample)) * 1000) / callsPerSample);
  }
}

const row = (/** @type {string[]} */ ...[name = '', ...figures]) =>
  name.padEnd(14) + figures.map((figure) => figure.padStart(12)).join('');
console.log(row('kernel', 'best us', 'median us', 'ns/element'));
for (const { name, microseconds } of timings) {
  const sorted = microseconds.sort((a, b) => a - b);
  const best = sorted[0] ?? 0;
  const median = sorted[samples / 2] ?? 0;
  console.log(row(name, best.toFixed(2), median.toFixed(2), ((best * 1000) / elements).toFixed(3)));
}

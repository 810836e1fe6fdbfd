// GFLOP/s of the packed matrix product on one thread, and GB/s of packing, at the shapes that training meets. Run by hand:
//   npm run build && node bench/kernels.mjs [repetitions]
// Best and median of the repetitions: on a shared machine a neighbour can halve any one of them.

const built = new URL('../dist/engine/typed-array/kernels/kernels.generated.js', import.meta.url);
/** @type {{ kernelsWasmBase64: string }} */
const { kernelsWasmBase64 } = await import(built.href);
const repetitions = Number(process.argv[2] ?? 15);

/** @type {[number, number, number, string][]} M, K, N, and where it is met */
const shapes = [
  [2048, 1024, 1024, 'large'],
  [25, 128, 512, 'recurrence, charrnn, one of two shards'],
  [10, 200, 800, 'recurrence, ptb-small, one of two shards'],
  [2500, 128, 65, 'decoder, 65 characters'],
  [512, 1250, 128, 'weight gradient'],
  [10000, 200, 200, 'gradient into the decoder, ptb-small'],
  [200, 10000, 200, 'deep'],
  [1, 128, 512, 'sampling'],
  [1, 650, 2600, 'sampling, ptb-medium'],
];

const memory = new WebAssembly.Memory({ initial: 2048, maximum: 65536, shared: true });
const module = new WebAssembly.Module(Buffer.from(kernelsWasmBase64, 'base64'));
const instance = new WebAssembly.Instance(module, { env: { memory, sleep: () => {} } });
const kernels = /** @type {Record<'matrixProduct' | 'packPanels', (args: number) => void>} */ (
  /** @type {unknown} */ (instance.exports)
);
const words = new Int32Array(memory.buffer);
const floats = new Float32Array(memory.buffer);

const align = (/** @type {number} */ address) => (address + 63) & ~63;

/**
 * Seconds of one call of `run`: best and median, each timed over enough calls to take about 20 ms.
 *
 * @param {() => void} run
 */
function measure(run) {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < 100) {
    run();
    calls++;
  }
  const inner = Math.max(1, Math.round(calls / 5));
  const seconds = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const begin = performance.now();
    for (let call = 0; call < inner; call++) run();
    seconds.push((performance.now() - begin) / inner / 1000);
  }
  seconds.sort((a, b) => a - b);
  return { best: seconds[0] ?? 0, median: seconds[seconds.length >> 1] ?? 0 };
}

for (const [M, K, N, where] of shapes) {
  const a = 1024;
  const b = align(a + 4 * M * K);
  const packed = align(b + 4 * K * N);
  const c = align(packed + 64 * K * Math.ceil(N / 16));
  for (let i = a >> 2; i < packed >> 2; i++) floats[i] = ((i * 7919) % 1000) / 1000 - 0.5;

  words.set([b, N, K, N, 0, packed, 0, Math.ceil(N / 16)], 0);
  const packing = measure(() => kernels.packPanels(0));
  words.set([b, K, K, N, 1, packed, 0, Math.ceil(N / 16)], 0);
  const transposed = measure(() => kernels.packPanels(0));
  words.set([a, K, packed, c, N, M, N, K, 0], 0);
  const product = measure(() => kernels.matrixProduct(0));

  const rate = (/** @type {number} */ amount, /** @type {number} */ seconds) => (amount / seconds / 1e9).toFixed(1).padStart(5);
  const flops = 2 * M * N * K;
  const bytes = 4 * K * N;
  console.log(
    `${`${M} x ${K} x ${N}`.padEnd(18)} GFLOP/s best ${rate(flops, product.best)} median ${rate(flops, product.median)}` +
      `   packing GB/s ${rate(bytes, packing.best)}, transposed ${rate(bytes, transposed.best)}   ${where}`,
  );
}

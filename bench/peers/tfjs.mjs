// @ts-nocheck: tfjs is installed by `npm --prefix bench ci` only, so its types may not be here
/**
 * Tokens per second of one full LSTM training step (forward, backward through time, clip by global norm, Adam) in
 * @tensorflow/tfjs on its wasm backend; prints one JSON line.
 *
 * usage: node tfjs.mjs [SIZE] [--seconds S] [--explicit-transposes]
 *
 * Written with what the backend does best: one product for all inputs of a layer, one for each step's state, gates split and not
 * sliced (a slice's gradient pads to the whole), one-hot rows for the embedding (gather's gradient is not in this backend). It is
 * as fast as tf.layers.lstm. The library's own gradient of a matrix product asks for transposed operands, and for those the backend
 * has a slow path that takes most of the step; --explicit-transposes replaces that gradient by one that transposes first.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '8' }, 'explicit-transposes': { type: 'boolean', default: false } },
});
const [size = 'charrnn'] = positionals;
const { V, E, H, layers, B, T } = JSON.parse(readFileSync(new URL('../sizes.json', import.meta.url), 'utf8'))[size];
const clippingThreshold = 5;

await tf.setBackend('wasm');
await tf.ready();

const transposingProduct = tf.customGrad((a, b, save) => {
  save([a, b]);
  const gradFunc = (dy, [a, b]) => [tf.matMul(dy, tf.transpose(b)), tf.matMul(tf.transpose(a), dy)];
  return { value: tf.matMul(a, b), gradFunc };
});
const product = values['explicit-transposes'] ? transposingProduct : tf.matMul;

const uniform = (shape, limit) => tf.variable(tf.randomUniform(shape, -limit, limit, 'float32', 1));
const limit = 1 / Math.sqrt(H);
const embedding = uniform([V, E], 1);
const recurrent = Array.from({ length: layers }, (_, layer) => ({
  W: uniform([layer === 0 ? E : H, 4 * H], limit),
  U: uniform([H, 4 * H], limit),
  b: uniform([4 * H], limit),
}));
const decoder = { W: uniform([H, V], limit), b: uniform([V], limit) };
const optimizer = tf.train.adam(1e-3);
const inputs = tf.cast(tf.oneHot(tf.randomUniform([T * B], 0, V, 'int32', 2), V), 'float32');
const targets = tf.cast(tf.oneHot(tf.randomUniform([T * B], 0, V, 'int32', 3), V), 'float32');

/** One layer over the window: (T*B, inputs) and the state (h, c) of (B, H) each, to (T*B, H); the state is written over. */
function layerOutputs({ W, U, b }, x, state) {
  const projected = tf.split(tf.add(product(x, W), b), T, 0);
  let [h, c] = state;
  const outputs = projected.map((z) => {
    const [i, f, g, o] = tf.split(tf.add(z, product(h, U)), 4, 1);
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    h = tf.mul(tf.sigmoid(o), tf.tanh(c));
    return h;
  });
  state[0] = tf.keep(h);
  state[1] = tf.keep(c);
  return tf.concat(outputs, 0);
}

/** Mean cross entropy in nats. */
function meanCrossEntropy(states) {
  let x = product(inputs, embedding);
  recurrent.forEach((layer, l) => {
    x = layerOutputs(layer, x, states[l]);
  });
  const logits = tf.add(product(x, decoder.W), decoder.b);
  return tf.neg(tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), T * B));
}

function clipByGlobalNorm(gradients) {
  const norm = tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
  const scale = tf.minimum(tf.div(clippingThreshold, norm), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, scale)]));
}

let states = recurrent.map(() => [tf.zeros([B, H]), tf.zeros([B, H])]);

/** One step; the state it ends in is kept for the next. Returns the loss before the update. */
function step() {
  const previous = states;
  states = previous.map((pair) => [...pair]);
  const loss = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => meanCrossEntropy(states));
    optimizer.applyGradients(clipByGlobalNorm(grads));
    return value.dataSync()[0];
  });
  tf.dispose(previous);
  return loss;
}

const losses = [step(), step()];
const times = [];
const start = performance.now();
while (performance.now() - start < Number(values.seconds) * 1000 || times.length < 3) {
  const begin = performance.now();
  losses.push(step());
  times.push(performance.now() - begin);
}
if (!(losses.at(-1) < losses[0])) throw new Error(`the loss does not fall: ${losses.join(', ')}`);
times.sort((a, b) => a - b);
const tokensPerSecond = Math.round((1000 * B * T) / times[times.length >> 1]);
console.log(JSON.stringify({ contestant: `tfjs ${tf.version.tfjs} wasm`, size, threads: 1, tokensPerSecond }));

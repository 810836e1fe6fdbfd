// @ts-check
// Runs in the worker. A bundler puts the library into this file, for example: npx rolldown worker.js --file dist/worker.js --format esm
//
// Messages: { type: 'open', bytes } once, then { type: 'write', prompt, seed } and { type: 'stop' }.
// Answers: { type: 'ready' }, { type: 'text', text }, { type: 'end' }, { type: 'failed', message }.

import { createGenerator, createTypedArrayEngine, openModel } from 'textloom/browser';

/** @type {import('textloom/browser').TextGenerator | undefined} */
let generator;
let current = new AbortController();

addEventListener('message', async ({ data }) => {
  try {
    if (data.type === 'open') open(data.bytes);
    if (data.type === 'write') await write(data.prompt, data.seed);
    if (data.type === 'stop') current.abort();
  } catch (error) {
    postMessage({ type: 'failed', message: String(error) });
  }
});

/** @param {Uint8Array} bytes of a model file */
function open(bytes) {
  const engine = createTypedArrayEngine();
  generator = createGenerator({ model: openModel(bytes, engine), engine });
  postMessage({ type: 'ready' });
}

/**
 * @param {string} prompt
 * @param {number} seed
 */
async function write(prompt, seed) {
  if (generator === undefined) throw new Error('no model is open');
  current.abort();
  const own = new AbortController();
  current = own;
  const { signal } = own;
  try {
    const start = await generator.read(prompt, undefined, { signal });
    const options = { maximumTokens: 1000, temperature: 0.8, seed, signal };
    // Between two tokens the worker hears messages: that is how `stop` arrives.
    for await (const text of generator.generate(start, options)) postMessage({ type: 'text', text });
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  if (own === current) postMessage({ type: 'end' });
}

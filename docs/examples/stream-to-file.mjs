// @ts-check
// Writes a long text to a file: node stream-to-file.mjs MODEL [FILE] [TOKENS] [SECONDS]
//
// The whole text is never in memory. When the time is over, the file keeps what was written until then.

import { createWriteStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGenerator, createTypedArrayEngine, openModel } from 'textloom';

const [path = 'runs/quickstart', file = 'text.txt', tokens = '100000', seconds = '60'] = process.argv.slice(2);
const engine = createTypedArrayEngine();
const generator = createGenerator({ model: openModel(path, engine), engine });

/** @param {AbortSignal} signal */
async function* inTime(signal) {
  const prompt = await generator.read('');
  try {
    yield* generator.generate(prompt, { maximumTokens: Number(tokens), temperature: 0.8, seed: 1, signal });
  } catch (error) {
    // The signal's own reason is no failure here: the file ends where the time did.
    if (error !== signal.reason) throw error;
  }
}

await pipeline(Readable.from(inTime(AbortSignal.timeout(1000 * Number(seconds)))), createWriteStream(file));
engine.close();
console.log(`${file}: ${statSync(file).size} bytes`);

/**
 * The speed of a server with many streams compared with one, its memory, and whether each text is that of `sample`.
 *
 * usage: npm run build && node bench/serving.mjs [--model runs/quickstart] [--streams 200] [--seconds 60] [--tokens 200] [--rows 32]
 *
 * One stream is measured before and after the load. Clients run in this process, on the same machine. Where other programs run as well, the
 * tokens for each second of processor time of the server say more than those for each second.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createGenerator, createTypedArrayEngine, openModel } from '../dist/index.js';
import { describeMachine } from './machine.mjs';
import { createClient, readStream, startServing } from './serving-load.mjs';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'runs/quickstart' },
    prompt: { type: 'string', default: '' },
    streams: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    tokens: { type: 'string', default: '200' },
    rows: { type: 'string', default: '32' },
  },
});
const [streams, seconds, maximumTokens] = [Number(options.streams), Number(options.seconds), Number(options.tokens)];
const server = await startServing([options.model, '--rows', options.rows, '--max-requests', String(streams)]);
const { prompt } = options;
const common = { model: basename(options.model, '.safetensors'), prompt, max_tokens: maximumTokens };

/** @type {Map<number, string>} the text of each seed */
const texts = new Map();
/** @type {string[]} */
const errors = [];

/** @typedef {{ tokensPerSecond: number, tokensPerProcessorSecond: number }} Speed of the server process */

/**
 * Some clients, each of which reads one stream after another.
 * @param {number} clients
 * @param {number} duration in seconds
 * @returns {Promise<Speed>}
 */
async function load(clients, duration) {
  const [begin, used] = [performance.now(), server.processorSeconds() ?? 0];
  let tokens = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const agent = createClient();
      for (let i = 0; performance.now() - begin < 1000 * duration; i++) {
        const seed = client + streams * (i % 2);
        try {
          const answer = await readStream(server.url, agent, { ...common, seed });
          tokens += answer.tokens;
          if ((texts.get(seed) ?? answer.text) !== answer.text) errors.push(`seed ${seed} has two texts`);
          texts.set(seed, answer.text);
        } catch (error) {
          errors.push(String(error));
        }
      }
      agent.destroy();
    }),
  );
  return {
    tokensPerSecond: Math.round(tokens / ((performance.now() - begin) / 1000)),
    tokensPerProcessorSecond: Math.round(tokens / ((server.processorSeconds() ?? 0) - used)),
  };
}

await load(streams, 2);
const single = [await load(1, seconds / 6)];
/** @type {number[]} */
const memory = [];
const watch = setInterval(() => memory.push(server.memory() ?? 0), 1000);
const together = await load(streams, seconds);
clearInterval(watch);
single.push(await load(1, seconds / 6));
await server.stop();

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const generator = createGenerator({ model: openModel(options.model, engine), engine });
const read = await generator.read(prompt);
let different = 0;
for (const [seed, text] of texts) {
  let own = '';
  for await (const piece of generator.generate(read, { maximumTokens, seed })) own += piece;
  different += Number(own !== text);
}
engine.close();

/** @param {number[]} values */
const mean = (values) => Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
/** @param {keyof Speed} key */
const ratioOf = (key) => Number((together[key] / mean(single.map((speed) => speed[key]))).toFixed(2));
console.log(
  JSON.stringify(
    {
      ...options,
      machine: describeMachine(),
      single,
      together,
      ratio: ratioOf('tokensPerSecond'),
      ratioOfProcessorTime: ratioOf('tokensPerProcessorSecond'),
      memory: { first10: mean(memory.slice(0, 10)), last10: mean(memory.slice(-10)), largest: Math.round(Math.max(...memory)) },
      errors: errors.slice(0, 5),
      texts: texts.size,
      different,
    },
    null,
    2,
  ),
);

// How fast the tokenizers are made and encode, beside @huggingface/tokenizers on the same vocabulary. Run by hand:
//   npm run build && node bench/tokenizers.mjs FILE [--vocabulary-size 8256] [--rounds 3]
// Best of the rounds, in megabytes of UTF-8 a second of processor time: another program at work makes no difference to it.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';

const built = (/** @type {string} */ path) => new URL(`../dist/text/tokenizers/${path}`, import.meta.url).href;
/** @type {typeof import('../src/text/tokenizers/index.js')} */
const { trainTokenizer } = await import(built('index.js'));
/** @type {typeof import('../src/text/tokenizers/hugging-face.js')} */
const { huggingFaceJson } = await import(built('hugging-face.js'));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'vocabulary-size': { type: 'string', default: '8256' },
    rounds: { type: 'string', default: '3' },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('give the text file to measure on');
const text = readFileSync(file, 'utf8');
const megabytes = Buffer.byteLength(text) / 1e6;

/**
 * @template T
 * @param {() => T} run
 * @returns {{ seconds: number, result: T }} processor time of all threads
 */
function measure(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

/**
 * @param {(text: string) => ArrayLike<number>} encode
 * @returns {{ speed: number, ids: ArrayLike<number> }}
 */
function encodingSpeed(encode) {
  const rounds = Array.from({ length: Number(values.rounds) }, () => measure(() => encode(text)));
  return { speed: megabytes / Math.min(...rounds.map(({ seconds }) => seconds)), ids: rounds[0]?.result ?? [] };
}

const row = (/** @type {string[]} */ ...[name = '', ...figures]) =>
  console.log(name.padEnd(26) + figures.map((figure) => figure.padStart(14)).join(''));

console.log(`${file}, ${megabytes.toFixed(1)} MB; Node ${process.version}\n`);
row('tokenizer', 'made in s', 'vocabulary', 'tokens', 'encodes MB/s');
/** @type {import('../src/text/tokenizers/index.js').TokenizerOptions[]} */
const choices = [
  { type: 'byte' },
  { type: 'character' },
  { type: 'word' },
  { type: 'bpe', vocabularySize: Number(values['vocabulary-size']) },
];
for (const options of choices) {
  const { seconds, result: tokenizer } = measure(() => trainTokenizer(options, text));
  const { speed, ids } = encodingSpeed(tokenizer.encode);
  const figures = [tokenizer.vocabulary.size, ids.length].map((figure) => figure.toLocaleString('en'));
  row(options.type, seconds.toFixed(2), ...figures, speed.toFixed(1));

  const state = tokenizer.toJSON();
  if (state.type !== 'bpe') continue;
  const peer = new HuggingFaceTokenizer(JSON.parse(huggingFaceJson(state)), {});
  // Line by line, which it is faster at.
  const lines = text.split(/(?<=\n)/);
  const { speed: peerSpeed } = encodingSpeed(() => lines.flatMap((line) => peer.encode(line).ids));
  row('@huggingface/tokenizers', '', '', '', peerSpeed.toFixed(1));
}

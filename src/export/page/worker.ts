/** The worker of a model's page: the model computes here, so that the page never waits for it. */
import type { ResolvedConfig } from '../../config/types.js';
import type { Engine } from '../../engine/engine.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { UserError } from '../../foundation/errors.js';
import { encodeModelFile } from '../../run/model-content.js';
import { type OpenedModel, openModelBytes } from '../../run/opened-model.js';
import { createGenerator, type TextGenerator } from '../../sample/generate.js';
import { createCorpusGenerator } from '../../text/generators/index.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import type { TrainingEvent } from '../../train/events.js';
import { trainOnText } from '../../train/text-training.js';
import { writerCard, writerSummary } from '../html/writer-card.js';
import type { TrainingText, WorkerAnswer, WorkerRequest, WritingSettings } from './messages.js';
import { createTokenQueue } from './token-queue.js';

/** Alternatives of each token. */
const ALTERNATIVES = 8;
/** Seconds between two messages: the page draws no more often. */
const INTERVAL = 0.05;
/** The seed of the fables of the quickstart. */
const FABLES_SEED = 1;

const now = () => performance.now() / 1000;
const tell = (answer: WorkerAnswer) => postMessage(answer);

let open: { readonly model: OpenedModel; readonly engine: Engine; readonly generator: TextGenerator } | undefined;
/** Numbers of requests: each ends the work of those before it. */
let latest = 0;

function openModel(bytes: Uint8Array): void {
  open?.engine.close();
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const { backward: _, ...model } = openModelBytes(bytes, engine);
  open = { model, engine, generator: createGenerator({ model, engine }) };
  const { tokenizer } = model;
  tell({
    type: 'opened',
    tokens: Array.from({ length: tokenizer.vocabulary.size }, (_, id) => visibleToken(tokenizer, id)),
    summary: writerSummary(model),
    card: writerCard(model, { bytes: bytes.length, weights: 'float32' }),
  });
}

/** A token for a list: spaces and line ends are visible; a part of a character has the name of the vocabulary. */
function visibleToken(tokenizer: Tokenizer, id: number): string {
  const text = tokenizer.decode([id]);
  if (text === '' || text.includes('\ufffd')) return tokenizer.vocabulary.tokenOf(id);
  return text.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\r', '␍').replaceAll('\t', '⇥');
}

type Stopped = () => boolean;

async function write(prompt: string | Int32Array, { length, ...settings }: WritingSettings, isStopped: Stopped): Promise<void> {
  const { model, generator } = open!;
  const { normalize } = model.tokenizer;
  const read = await generator.read(prompt);
  const begun = now();
  tell({ type: 'read', ids: read.ids, text: read.text, last: lastText(model.tokenizer, read.ids) });
  const queue = createTokenQueue();
  let tokens = 0;
  const text = generator.generate(read, {
    ...settings,
    stop: normalize ? settings.stop.map(normalize) : settings.stop,
    maximumTokens: length,
    alternatives: ALTERNATIVES,
    onToken(token) {
      tokens++;
      queue.push(token);
    },
  });
  let told = now();
  const flush = () => {
    const ready = queue.take();
    if (ready) tell({ type: 'written', tokens: ready });
    told = now();
  };
  for (;;) {
    const next = await text.next();
    if (next.done || isStopped()) {
      queue.end();
      flush();
      return tell({ type: 'ended', finish: next.done ? next.value.finish : 'stopped', tokens, seconds: now() - begun });
    }
    queue.release(next.value.length);
    if (now() - told > INTERVAL) flush();
  }
}

/** The text that the last of some tokens adds to the others. */
function lastText(tokenizer: Tokenizer, ids: Int32Array): string {
  const decoder = tokenizer.createDecoder();
  let text = '';
  for (const id of ids) text = decoder.push(id);
  return text;
}

async function train(text: TrainingText, config: unknown, isStopped: Stopped): Promise<void> {
  const begun = now();
  let told = 0;
  const { end, model } = await trainOnText({
    config: config as ResolvedConfig,
    text: typeof text === 'string' ? text : fables(text.fables),
    now,
    stopRequested: isStopped,
    onEvent(event) {
      // Each step is too much for a page.
      if (event.type === 'step' && event.meanLoss === undefined && now() - told < INTERVAL) return;
      told = now();
      tell({ type: 'event', event: event satisfies TrainingEvent, seconds: now() - begun });
    },
  });
  tell({ type: 'trained', bytes: encodeModelFile(model), reason: end.reason });
}

const fables = (characters: number) => createCorpusGenerator('fables').generate({ seed: FABLES_SEED, characters });

async function carryOut(request: WorkerRequest, isStopped: Stopped): Promise<void> {
  if (request.type === 'open') openModel(request.bytes);
  else if (request.type === 'write') await write(request.prompt, request.settings, isStopped);
  else if (request.type === 'train') await train(request.text, request.config, isStopped);
}

let previous: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  const number = ++latest;
  const work = () => carryOut(data, () => number !== latest);
  previous = previous.then(work).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'failed', message, bug: !(error instanceof UserError) });
  });
});

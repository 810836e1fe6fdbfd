import { availableParallelism } from 'node:os';
import { readAttention } from '../../evaluate/attention-weights.js';
import { blockBootstrap } from '../../evaluate/block-bootstrap.js';
import { collectLosses } from '../../evaluate/perplexity.js';
import { surprisalPieces, wordSurprisals } from '../../evaluate/surprisal.js';
import { UserError } from '../../foundation/errors.js';
import { attentionHeads } from '../../model/architecture.js';
import { directionOf, inReadingOrder } from '../../model/stacks.js';
import type { MeanOfText, MeasuredPassage } from '../../report/passage.js';
import type { ReportedModel, ReportedRun } from '../../report/reported-run.js';
import { tokenLabel } from '../../report/token-label.js';
import type { TokenSource } from '../../text/batches.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { standardError } from '../../ui/output.js';
import { corpusSplit, type EvaluationText } from '../evaluate/evaluation-text.js';
import { corpusOfModel } from '../evaluate/model-corpus.js';
import { readText } from '../evaluate/read-text.js';
import { type Inference, openInference } from '../shared/inference.js';
import { checkCorpusSize } from './corpus-limits.js';

/** Limits that keep a report to a few seconds: runs, tokens, and tokens times parameters for each run. */
const MOST_RUNS = 4;
const MOST_TOKENS = 100_000;
const MOST_WORK = 5e10;
const FEWEST_TOKENS = 500;
/** Tokens of the heat map, of the attention, and of the map of the embedding. */
const SHOWN = 1500;
const ATTENDED = 40;
const FREQUENT = 150;

/**
 * Reads held-out text with the models of runs. A run whose text cannot be read, or is not the one of its training, is left out with a notice:
 * the config of a run is not trusted, so that a text whose digest the model does not contain never gets into a report.
 */
export async function measurePassages(runs: readonly ReportedRun[]): Promise<MeasuredPassage[]> {
  const passages: MeasuredPassage[] = [];
  for (const [index, { model, directory }] of runs.entries()) {
    // Each direction of a bidirectional model predicts another half of the text.
    if (model === undefined || model.options.bidirectional) continue;
    if (passages.length === MOST_RUNS) {
      await standardError.line(`surprisals are measured for ${MOST_RUNS} runs, not for ${directory} and those after it`);
      break;
    }
    try {
      passages.push({ run: index, ...(await measured(model)) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // The cause of an error about the corpus, without advice on flags that this command does not have.
      const { message } = error.cause instanceof UserError ? error.cause : error;
      await standardError.line(`no surprisals of ${directory}: ${message}`);
    }
  }
  return passages;
}

async function measured(model: ReportedModel): Promise<Omit<MeasuredPassage, 'run'>> {
  await checkCorpus(model);
  const subject = await corpusSplit(model, 'validation');
  if (subject.comparedWithTraining !== 'same')
    throw new UserError('data', `${subject.name} is not known to be the text that was held out in its training`);
  const inference = await openInference(model.path, { type: 'typed-array' }, availableParallelism());
  try {
    const { tokens, losses, ...mean } = await readSplit(model, inference, subject);
    const isForward = directionOf(model.options) === 'forward';
    const inOrder = isForward ? losses : losses.toReversed();
    const shown = tokens.subarray(0, SHOWN);
    const ofShown = [
      model.tokenizer,
      shown,
      await subject.text(),
      inOrder.subarray(0, shown.length - Number(isForward)),
    ] as const;
    const unpredicted = isForward ? 0 : tokens.length - 1;
    return {
      name: subject.name,
      ...mean,
      test: await testLoss(model, inference),
      pieces: [...surprisalPieces(...ofShown, unpredicted)],
      words: wordsOf(ofShown, unpredicted),
      chance: Math.log(model.tokenizer.vocabulary.size),
      frequent: frequentTokens(tokens).slice(0, FREQUENT),
      attention: await attentionIn(inference, inReadingOrder(model.options, tokens.slice(0, ATTENDED)), model),
    };
  } finally {
    inference.close();
  }
}

/** Refuses a corpus without a validation text, and one that takes long to read. */
async function checkCorpus(model: ReportedModel): Promise<void> {
  const corpus = corpusOfModel(model);
  if ('path' in corpus ? corpus.split.validation === 0 : corpus.validation === undefined)
    throw new UserError('data', 'its corpus has no validation text');
  await checkCorpusSize(corpus);
}

interface ReadSplit extends MeanOfText {
  /** The tokens that were read, and the nats of each prediction in the order of reading. */
  readonly tokens: Int32Array;
  readonly losses: Float32Array;
}

/** Reads the beginning of a text. */
async function readSplit(model: ReportedModel, inference: Inference, subject: EvaluationText): Promise<ReadSplit> {
  const encoded = await subject.encode(model);
  const limit = Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, Math.floor(MOST_WORK / model.table.count)));
  const length = Math.min(encoded.tokens.length, limit);
  const losses = await lossesOf(inference, { ...encoded.source, length });
  return {
    tokens: encoded.tokens.subarray(0, length),
    losses,
    predicted: losses.length,
    available: encoded.tokens.length,
    natsPerToken: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    interval: blockBootstrap(losses),
  };
}

/** The loss on the test text, if there is one and it is that of the training. */
async function testLoss(model: ReportedModel, inference: Inference): Promise<MeanOfText | undefined> {
  const corpus = corpusOfModel(model);
  if ('path' in corpus ? corpus.split.test === 0 : corpus.test === undefined) return undefined;
  const subject = await corpusSplit(model, 'test');
  if (subject.comparedWithTraining !== 'same') return undefined;
  const { tokens: _, losses: __, ...mean } = await readSplit(model, inference, subject);
  return mean;
}

async function lossesOf({ model, engine }: Inference, source: TokenSource): Promise<Float32Array> {
  const reader = { model, engine, windows: undefined, onProgress: async () => {} };
  const read = inReadingOrder(model.options, source);
  return (await collectLosses(read, (onLosses) => readText(reader, read, onLosses))).losses;
}

/** The words of the shown text but the last one, which may be cut. */
function wordsOf(
  [tokenizer, tokens, text, losses]: readonly [Tokenizer, Int32Array, string, Float32Array],
  unpredicted: number,
): MeasuredPassage['words'] {
  const end = [...surprisalPieces(tokenizer, tokens, text, losses, unpredicted)].reduce(
    (sum, piece) => sum + piece.text.length,
    0,
  );
  return [...wordSurprisals(tokenizer, tokens, text.slice(0, end), losses, unpredicted)]
    .slice(0, -1)
    .filter(({ piece }) => piece !== '')
    .map(({ piece, nats }) => ({ text: piece, nats }));
}

function frequentTokens(tokens: Int32Array): number[] {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a - b).map(([token]) => token);
}

async function attentionIn(
  { model, engine }: Inference,
  tokens: Int32Array,
  { tokenizer }: ReportedModel,
): Promise<MeasuredPassage['attention']> {
  if ('exported' in model || attentionHeads(model.options).length === 0) return undefined;
  const layers = await readAttention({ model, engine }, tokens);
  return { tokens: Array.from(tokens, (id) => tokenLabel(tokenizer, id)), layers };
}

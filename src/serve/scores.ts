import { perplexityFrom, predictionsOf } from '../evaluate/perplexity.js';
import { tokenSurprisals, wordSurprisals } from '../evaluate/surprisal.js';
import { bitsOf, measureText } from '../evaluate/text-measure.js';
import { hasIndependentDocuments } from '../model/model-description.js';
import { directionOf, inReadingOrder } from '../model/stacks.js';
import type { PerplexityBody, SurprisalBody } from './request-schemas.js';
import { scoreInRows } from './row-tasks.js';
import type { InputText, ServedModel } from './served-model.js';

/** A text that a model has read. */
interface ScoredText {
  /** In the order of the text, with the ends of the document. */
  readonly tokens: Int32Array;
  /** The nats of each token but the unpredicted one, in the order of the text. */
  readonly losses: Float32Array;
  /** The index of the token that the model reads first. */
  readonly unpredicted: number;
  readonly text: string;
}

/**
 * Scores a text as `evaluate-perplexity` does: as one stream from a zero state, of which the first token is given. A model of independent
 * documents reads it as one document between two ends, and also predicts its end.
 *
 * @throws UserError `data` for a text of less than two tokens
 */
async function readScored(served: ServedModel, { ids, text }: InputText, signal: AbortSignal): Promise<ScoredText> {
  const { model, scheduler } = served;
  const end = hasIndependentDocuments(model) ? [model.tokenizer.documentEndId!] : [];
  const tokens = Int32Array.from([...end, ...ids, ...end]);
  predictionsOf(tokens);
  const losses = await scoreInRows({ model, scheduler, signal }, inReadingOrder(model.options, tokens));
  const isForward = directionOf(model.options) === 'forward';
  return {
    tokens,
    losses: isForward ? losses : losses.reverse(),
    unpredicted: isForward ? 0 : tokens.length - 1,
    text,
  };
}

/** The perplexity of each text. */
export async function perplexitiesOf(
  served: ServedModel,
  inputs: readonly InputText[],
  _: PerplexityBody,
  signal: AbortSignal,
) {
  const { tokenizer } = served.model;
  const measured = inputs.map(async (input, index) => {
    const { tokens, losses, unpredicted, text } = await readScored(served, input, signal);
    const nats = losses.reduce((sum, loss) => sum + loss, 0);
    const { perplexity, natsPerToken, bitsPerToken } = perplexityFrom(nats, losses.length);
    const given = tokens[unpredicted]!;
    const measure = await measureText(tokenizer, unpredicted === 0 ? { first: given } : { last: given }, [text]);
    const { bitsPerCharacter, bitsPerByte } = bitsOf(measure, nats);
    return {
      object: 'perplexity' as const,
      index,
      nats,
      tokens: losses.length,
      nats_per_token: natsPerToken,
      perplexity: Number.isFinite(perplexity) ? perplexity : null,
      bits_per_token: bitsPerToken,
      bits_per_character: bitsPerCharacter ?? null,
      bits_per_byte: bitsPerByte ?? null,
    };
  });
  return { object: 'list' as const, model: served.name, data: await Promise.all(measured) };
}

/** The surprisal of each token or word of each text. */
export async function surprisalsOf(
  served: ServedModel,
  inputs: readonly InputText[],
  body: SurprisalBody,
  signal: AbortSignal,
) {
  const unit = body.unit ?? 'token';
  const { tokenizer } = served.model;
  const measured = inputs.map(async (input, index) => {
    const { tokens, losses, unpredicted, text } = await readScored(served, input, signal);
    const pieces = (unit === 'word' ? wordSurprisals : tokenSurprisals)(tokenizer, tokens, text, losses, unpredicted);
    const surprisals = Array.from(pieces, ({ piece, ...place }) => ({ ...place, text: piece }));
    return { object: 'surprisal' as const, index, surprisals };
  });
  return { object: 'list' as const, model: served.name, unit, data: await Promise.all(measured) };
}

import { locateTokens } from '../../evaluate/token-spans.js';
import { terminalSafe } from '../../sample/terminal-safe.js';
import { canColour } from '../../ui/colours.js';
import { HEAT_LEVELS, type HeatColours, type HeatPiece, heatMap, heatScale } from '../../ui/heat-map.js';
import type { Evaluation, ReportSection } from './report-section.js';

/** The text with a background that tells how surprising each token was; the scale ends at a guess among the whole vocabulary. */
export function heatMapSection(
  evaluation: Evaluation,
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
): ReportSection {
  const colours = coloursOf(stream, environment);
  const guess = Math.log(evaluation.model.tokenizer.vocabulary.size);
  const bits = guess / Math.LN2;
  const scale = `${heatScale(colours)}  0 to ${bits.toFixed(1)} bits and more, ${(bits / HEAT_LEVELS).toFixed(1)} a step`;
  return {
    title: 'surprisal',
    lines: [scale, '', ...heatMap(heatPieces(evaluation, guess / HEAT_LEVELS), stream.columns ?? 80, colours)],
    json: {},
  };
}

function coloursOf(stream: NodeJS.WriteStream, environment: Readonly<Record<string, string | undefined>>): HeatColours {
  if (!canColour({ isTTY: stream.isTTY === true, environment, colour: true })) return 0;
  const depth = stream.getColorDepth({ ...environment });
  return depth === 24 ? 24 : depth === 8 ? 8 : 0;
}

/**
 * All of the text in pieces: the tokens, and what lies between them. A character of several tokens has the sum of theirs.
 *
 * @param step nats of a level.
 */
function* heatPieces({ model, text, tokens, losses }: Evaluation, step: number): Generator<HeatPiece> {
  const { starts, ends } = locateTokens(model.tokenizer, tokens, text);
  let end = 0;
  let nats = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (starts[i]! > end) yield { text: terminalSafe(text.slice(end, starts[i])), level: undefined };
    end = ends[i]!;
    if (i > 0) nats += losses[i - 1]!;
    if (end === starts[i]) continue;
    const level = i === 0 ? undefined : Math.min(HEAT_LEVELS - 1, Math.floor(nats / step));
    yield { text: terminalSafe(text.slice(starts[i], end)), level };
    nats = 0;
  }
}

import { lossOf } from '../../evaluate/surprisal.js';
import { locateTokens } from '../../evaluate/token-spans.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import { HEAT_LEVELS, type HeatPiece, heatColours, heatLevel, heatMap, heatScale } from '../../ui/heat-map.js';
import type { Output } from '../../ui/output.js';
import { styled } from '../../ui/terminal-text.js';
import { type Evaluation, inTextOrder, type ReportSection } from './report-section.js';

/** The text with a background colour for the surprisal of each token; the scale ends at that of the uniform distribution. */
export function heatMapSection(evaluation: Evaluation, output: Output): ReportSection {
  const colours = heatColours(output);
  const guess = Math.log(evaluation.model.tokenizer.vocabulary.size);
  const bits = guess / Math.LN2;
  const range = `0 to ${bits.toFixed(1)} bits and more, ${(bits / HEAT_LEVELS).toFixed(1)} a step`;
  return {
    title: 'surprisal',
    lines: [
      styled`${heatScale(colours)}  ${range}`,
      '',
      ...heatMap(heatPieces(evaluation, guess / HEAT_LEVELS), output.columns, colours),
    ],
    json: {},
  };
}

/**
 * The whole text in pieces: the tokens, and the text between them. A character of several tokens has the sum of their surprisals.
 *
 * @param step nats of a level
 */
function* heatPieces(evaluation: Evaluation, step: number): Generator<HeatPiece> {
  const { model, text } = evaluation;
  const { tokens, losses, unpredicted } = inTextOrder(evaluation);
  const { starts, ends } = locateTokens(model.tokenizer, tokens, text);
  let end = 0;
  let nats = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (starts[i]! > end) yield { text: terminalSafe(text.slice(end, starts[i])), level: undefined };
    end = ends[i]!;
    nats += lossOf(losses, unpredicted, i) ?? 0;
    if (end === starts[i]) continue;
    const level = i === unpredicted ? undefined : heatLevel(nats, step);
    yield { text: terminalSafe(text.slice(starts[i], end)), level };
    nats = 0;
  }
}

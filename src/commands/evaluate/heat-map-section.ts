import { surprisalPieces } from '../../evaluate/surprisal.js';
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

/** @param step nats of a level */
function* heatPieces(evaluation: Evaluation, step: number): Generator<HeatPiece> {
  const { tokens, losses, unpredicted } = inTextOrder(evaluation);
  for (const piece of surprisalPieces(evaluation.model.tokenizer, tokens, evaluation.text, losses, unpredicted)) {
    const level = piece.nats === undefined ? undefined : heatLevel(piece.nats, step);
    yield { text: terminalSafe(piece.text), level };
  }
}

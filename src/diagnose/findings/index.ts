import type { Evidence } from '../evidence.js';
import type { DiagnosisRule, NamedFinding } from './finding.js';
import { dropoutTooHigh, overfitting } from './fit.js';
import { batchTooLarge, explodingGradients, windowTooShort } from './gradients.js';
import { noWarmUp, rateTooHigh, rateTooLow, scheduleEndedEarly } from './learning-rate.js';
import { vanishingGradients } from './memory.js';
import { narrowEmbedding, wrongInitialScale } from './start.js';
import { closedForgetGate, deadUnits } from './states.js';
import { leak, outOfOrder } from './text.js';

/** The registry of causes that diagnosis looks for. */
export const rules: readonly DiagnosisRule[] = [
  explodingGradients,
  leak,
  outOfOrder,
  rateTooHigh,
  noWarmUp,
  rateTooLow,
  closedForgetGate,
  vanishingGradients,
  deadUnits,
  scheduleEndedEarly,
  batchTooLarge,
  windowTooShort,
  overfitting,
  dropoutTooHigh,
  wrongInitialScale,
  narrowEmbedding,
];

/** The findings of all rules, the worst first. */
export function findingsOf(evidence: Evidence): NamedFinding[] {
  const found = rules.flatMap((rule) => {
    const finding = rule.judge(evidence);
    return finding === undefined ? [] : [{ rule: rule.name, ...finding }];
  });
  return found.sort((a, b) => b.severity - a.severity);
}

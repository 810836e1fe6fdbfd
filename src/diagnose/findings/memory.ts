import type { Evidence } from '../evidence.js';
import { gateTimes, layersChange, openForgetGates } from './changes.js';
import { asPercent, type DiagnosisRule, digits } from './finding.js';

/** An earlier token that could lower the loss by more than this share is missed. */
const MISSED = 0.1;

/** An earlier token that a trained model does not use, where its gradient did not reach at the beginning. */
interface UnreachedContext {
  /** Tokens between it and the predicted one, plus one. */
  readonly lag: number;
  readonly measured: string;
}

/** The earlier token that would lower the loss most, if it is far enough below, and beyond the horizon of all layers before the training. */
export function unreachedContext({ unused, curves, initialFlow = [] }: Evidence): UnreachedContext | undefined {
  if (unused === undefined || curves === undefined || initialFlow.length === 0) return undefined;
  const gain = Math.max(...unused.gains);
  const lag = unused.gains.indexOf(gain) + 1;
  const horizon = Math.max(...initialFlow.map((layer) => layer.horizon ?? Number.POSITIVE_INFINITY));
  if (!(gain > MISSED * unused.natsPerToken) || !(lag > horizon)) return undefined;
  return {
    lag,
    measured: `the token ${lag} places before the predicted one would lower the loss of ${digits(unused.natsPerToken)} nats by ${digits(gain)}, and before the training the gradient is below 1% from ${horizon} steps on`,
  };
}

/** The text depends on tokens that the gradient does not reach. */
export const vanishingGradients: DiagnosisRule = {
  name: 'vanishing-gradients',
  describe: `The trained model does not use an earlier token that would lower its loss by more than ${asPercent(MISSED)}, and before the training the gradient vanished before it.`,
  judge(evidence) {
    const missed = unreachedContext(evidence);
    if (missed === undefined) return undefined;
    const { config, flow, states } = evidence;
    const { layers } = config.model;
    const gated = new Set(states.gates.memories.map(({ layer }) => layer));
    const plain = new Set(flow.filter(({ layer }) => !gated.has(layer) && 'size' in layers[layer]!).map(({ layer }) => layer));
    const hasPlain = plain.size > 0;
    const changed = layers.map((layer, index) => (plain.has(index) ? { type: 'lstm', size: layer.size } : layer));
    return {
      severity: 0.85,
      problem: `The model cannot learn what lies ${missed.lag} tokens back: the gradient vanishes on the way.`,
      measured: missed.measured,
      threshold: `More than ${asPercent(MISSED)} of the loss is reported; the gradient through a plain recurrent layer shrinks by a factor with each step (Bengio et al. 1994)`,
      changes: hasPlain ? [layersChange(changed), ...openForgetGates(config)] : gateTimes(config, 2 * missed.lag),
      gain: hasPlain
        ? 'The gradient flows back along the cell state of an LSTM, which a step multiplies only by its forget gate.'
        : 'Gates that begin open for different times let the gradient reach as far as the text needs (Tallec and Ollivier 2018).',
    };
  },
};

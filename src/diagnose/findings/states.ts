import { openGates } from './changes.js';
import { asPercent, type DiagnosisRule, digits } from './finding.js';
import { unreachedContext } from './memory.js';

/** A layer in which units keep less than this share of their state in a step remembers for less than one step. */
const KEPT = 0.15;

/** Before the training, the gate that keeps the state is nearly closed. */
export const closedForgetGate: DiagnosisRule = {
  name: 'closed-forget-gate',
  describe: `Before the training a layer keeps less than ${asPercent(KEPT)} of its state in a step, on average over its units.`,
  judge(evidence) {
    const { config, initialStates, states } = evidence;
    const { memories } = (initialStates ?? states).gates;
    const least = memories
      .map(({ layer, kept }) => ({ layer, kept: kept.reduce((sum, value) => sum + value, 0) / kept.length }))
      .toSorted((a, b) => a.kept - b.kept)[0];
    if (least === undefined || !(least.kept < KEPT)) return undefined;
    const missed = unreachedContext(evidence);
    return {
      // Other paths through a network can make up for it, and training can open the gates.
      severity: missed === undefined ? 0.4 : 0.85,
      problem: `Layer ${least.layer + 1} forgets its state at once before the training: no gradient flows back through it until its gates have opened.`,
      measured: `a step keeps ${asPercent(least.kept)} of the state on average, so that ${asPercent(least.kept * least.kept)} is left after two steps${missed === undefined ? '' : `; ${missed.measured}`}`,
      threshold: `Less than ${asPercent(KEPT)} is reported; a forget bias of 1 keeps about 73% (Gers et al. 2000, Jozefowicz et al. 2015)`,
      changes: openGates(config, missed === undefined ? config.training.sequenceLength : 2 * missed.lag),
      gain: 'Gradients reach further back from the first step.',
    };
  },
};

/** The share of units of a layer that may be dead. */
const DEAD = 0.25;

/** Many units of a layer always give zero. */
export const deadUnits: DiagnosisRule = {
  name: 'dead-units',
  describe: `In the trained model more than ${asPercent(DEAD)} of the units of a layer always give zero.`,
  judge({ states, curves, config }) {
    if (curves === undefined) return undefined;
    const worst = states.units.layers
      .map(({ layer, dead, means }) => ({ layer, share: dead.length / means.length, count: dead.length }))
      .toSorted((a, b) => b.share - a.share)[0];
    if (worst === undefined || !(worst.share > DEAD)) return undefined;
    return {
      severity: 0.8,
      problem: `${worst.count} units of layer ${worst.layer + 1} are dead: they give zero for every token, so that no gradient reaches them either.`,
      measured: `${asPercent(worst.share)} of its units`,
      threshold: `More than ${asPercent(DEAD)} is reported; large steps push the inputs of relu units below zero for good`,
      changes: [{ key: 'training.optimizer.learningRate', value: digits(config.training.optimizer.learningRate / 5) }],
      gain: 'A new training with smaller steps keeps the units alive; nonlinearity: tanh has no dead units.',
    };
  },
};

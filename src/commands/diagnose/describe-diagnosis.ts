import { type ConfigChange, changesAsFlags, changesAsYaml } from '../../config/proposed-changes.js';
import type { Curvature } from '../../diagnose/curvature.js';
import type { Evidence, StackEvidence } from '../../diagnose/evidence.js';
import { asPercent, digits, type NamedFinding } from '../../diagnose/findings/finding.js';
import type { GradientFlow } from '../../diagnose/gradient-flow.js';
import type { LargestEigenvalue } from '../../diagnose/largest-eigenvalue.js';
import type { StepMeasurements } from '../../diagnose/step-measurements.js';
import type { TensorShare } from '../../train/moments-below-epsilon.js';
import { formatCount, formatNumber, plural, rangeOf } from '../../ui/format.js';
import { sparkline } from '../../ui/sparkline.js';
import { wrapWords } from '../../ui/wrap.js';
import { notesSection, type ReportLines, reportLines, reportSection } from '../shared/report-lines.js';
import { fitSections } from './fit-sections.js';
import { spikesSection } from './spike-section.js';
import { readableSection, stateSections } from './state-sections.js';
import { textSections } from './text-sections.js';

interface Diagnosis {
  readonly path: string;
  readonly evidence: Evidence;
  readonly findings: readonly NamedFinding[];
  readonly notices: readonly string[];
  /** The text that was read instead of the validation split. */
  readonly text: string | undefined;
}

/** The diagnosis for people: first the findings, then what was measured. @param width columns */
export function describeDiagnosis({ path, evidence, findings, notices, text }: Diagnosis, width: number): string {
  const lines = reportLines(width);
  const {
    flow,
    initialFlow,
    backward,
    cellFlows = [],
    steps,
    firstSteps,
    curvature,
    spikes = [],
    states,
    initialStates,
    fit,
    config,
  } = evidence;
  const flows = [flow, initialFlow, ...cellFlows.map((of) => of.flow), backward?.flow, backward?.initialFlow];
  const frame = {
    window: config.training.sequenceLength,
    highest: highestOf(flows.flatMap((of) => of ?? [])),
  };
  return [
    reportSection(
      `${path}: ${headline(findings)}`,
      findings.flatMap((finding, i) => findingLines(finding, i + 1, width)),
    ),
    ...(flow.length > 0 ? [flowSection(lines, 'Gradient flow by lag', flow, frame)] : []),
    ...(initialFlow ? [flowSection(lines, 'Gradient flow before the training', initialFlow, frame)] : []),
    ...cellFlows.map(({ cell, flow: ofCell }) =>
      flowSection(lines, `Gradient flow of the cell ${cell} before the training`, ofCell, frame),
    ),
    ...(steps ? [reportSection('Steps of training, at the learning rate of the config', stepLines(lines, steps))] : []),
    ...(firstSteps && firstSteps !== steps ? [reportSection('First steps of the training', stepLines(lines, firstSteps))] : []),
    ...(curvature ? [reportSection('Largest curvature of the training loss', curvatureLines(lines, curvature))] : []),
    ...spikesSection(lines, spikes),
    ...stateSections(lines, 'Gates and units', states),
    ...(initialStates ? stateSections(lines, 'Gates and units before the training', initialStates) : []),
    ...(backward ? backwardSections(lines, backward, frame) : []),
    readableSection(lines, states),
    ...fitSections(lines, fit, text === undefined ? 'validation text' : 'given text'),
    ...textSections(lines, evidence),
    ...notesSection(notices),
  ].join('\n\n');
}

function backwardSections(lines: ReportLines, stack: StackEvidence, frame: FlowFrame): string[] {
  const { flow, initialFlow = [], states, initialStates } = stack;
  return [
    ...(flow.length > 0 ? [flowSection(lines, 'Gradient flow by lag, from the end of the text', flow, frame)] : []),
    ...(initialFlow.length > 0
      ? [flowSection(lines, 'Gradient flow before the training, from the end of the text', initialFlow, frame)]
      : []),
    ...stateSections(lines, 'Gates and units, from the end of the text', states),
    ...(initialStates
      ? stateSections(lines, 'Gates and units before the training, from the end of the text', initialStates)
      : []),
  ];
}

const headline = ({ length }: readonly NamedFinding[]) =>
  length === 0 ? 'nothing wrong was found' : `${length} ${length === 1 ? 'finding' : 'findings'}, the worst first`;

function findingLines(finding: NamedFinding, number: number, width: number): string[] {
  const { problem, measured, threshold, changes, gain } = finding;
  const label = `${number}. `;
  const indent = ' '.repeat(label.length);
  const [first = '', ...rest] = wrapWords(problem, width - label.length);
  const paragraph = (text: string) => wrapWords(text, width - label.length).map((line) => indent + line);
  return [
    '',
    label + first,
    ...rest.map((line) => indent + line),
    ...paragraph(`Measured: ${measured}. ${threshold}.`),
    ...changeLines(changes).map((line) => indent + line),
    ...paragraph(gain),
  ];
}

/** Lines of YAML, and flags; neither is wrapped, so that both can be copied. */
function changeLines(changes: readonly ConfigChange[]): string[] {
  if (changes.length === 0) return [];
  const yaml = changesAsYaml(changes);
  return [
    ...(yaml.length === 0 ? [] : ['Change the config:', ...yaml.map((line) => `  ${line}`)]),
    yaml.length === 0 ? 'Add to the command:' : 'or add to the command:',
    ...changesAsFlags(changes).map((flag) => `  ${flag}`),
  ];
}

/** Columns of a curve. */
const CURVE = 48;

/** The share of the norm at lag 0 that is the lowest bar: smaller ones are mostly rounding errors. */
const LOWEST = 1e-6;

/** By lag, the logarithm of the norm as a share of that at lag 0. */
function logarithmicShares({ norms }: GradientFlow): number[] {
  return norms.map((norm) => Math.log(Math.max(norm / norms[0]!, LOWEST)));
}

/** The height of a full bar: curves of one report have one scale, so that they can be compared. */
function highestOf(flows: readonly GradientFlow[]): number {
  return Math.max(0, ...flows.flatMap(logarithmicShares).filter(Number.isFinite));
}

interface FlowFrame {
  readonly window: number;
  readonly highest: number;
}

function flowSection(
  { fact }: ReportLines,
  title: string,
  flow: readonly GradientFlow[],
  { window, highest }: FlowFrame,
): string {
  const lags = flow[0]!.norms.length;
  const lines = flow.flatMap((ofLayer) => {
    const { layer, norms, rate, horizon } = ofLayer;
    const steps = norms.map((_, lag) => lag + 1);
    return [
      ...fact(`layer ${layer + 1}`, sparkline(steps, logarithmicShares(ofLayer), CURVE, [Math.log(LOWEST), highest])),
      ...fact(
        '',
        `factor ${digits(rate)} per step; ${horizon === undefined ? `above 1% of lag 0 up to lag ${lags - 1}` : `below 1% of lag 0 from lag ${horizon} on`}`,
      ),
    ];
  });
  const axis = `|d loss(t) / d state(t-1-k)| for k from 0 to ${lags - 1}, on logarithmic axes; a full bar is ${digits(Math.exp(highest))} times lag 0, the lowest ${LOWEST} times; the training window has ${window} steps`;
  return reportSection(title, [...fact('shown', axis), ...lines]);
}

function stepLines({ fact }: ReportLines, steps: StepMeasurements): string[] {
  const { learningRate, tokens, gradientNorms, clippedShare, updates, noiseScale, belowEpsilon } = steps;
  const largest = updates.toSorted((a, b) => b.ratio - a.ratio);
  return [
    ...fact('learning rate', formatNumber(learningRate)),
    ...fact('gradient norm', `${rangeOf(gradientNorms, digits)} in ${plural(gradientNorms.length, 'step')}`),
    ...(clippedShare === undefined ? [] : fact('clipped', `${asPercent(clippedShare)} of the steps`)),
    ...fact('step / weights', largest.map(({ name, ratio }) => `${name} ${asPercent(ratio)}`).join(', ')),
    ...fact(
      'noise scale',
      noiseScale === undefined
        ? 'not known: the gradients of different batches have nothing in common'
        : `${formatCount(noiseScale)} tokens; a step has ${formatCount(tokens)}`,
    ),
    ...(belowEpsilon === undefined ? [] : fact('below epsilon', sharesOf(belowEpsilon))),
  ];
}

/** The parameters with a share, the largest first. */
function sharesOf(shares: readonly TensorShare[]): string {
  const some = shares.filter(({ share }) => share > 0).toSorted((a, b) => b.share - a.share);
  if (some.length === 0) return 'the second moment of no value';
  return `second moments: ${some.map(({ name, share }) => `${asPercent(share)} of ${name}`).join(', ')}`;
}

function curvatureLines({ fact }: ReportLines, { hessian, limit, learningRate, optimizer }: Curvature): string[] {
  const value = ({ value, products, converged }: LargestEigenvalue) =>
    `${digits(value)}${converged ? '' : `, or more (after ${products} products)`}`;
  const rate = formatNumber(learningRate);
  const { preconditioned, limit: own, highestRate } = optimizer ?? {};
  return [
    ...fact('Hessian', `${value(hessian)}; gradient descent at the rate ${rate} is stable up to ${digits(limit)} (2 / rate)`),
    ...(preconditioned ? fact('preconditioned', `${value(preconditioned)}, with the divisors of the optimizer`) : []),
    ...(own === undefined || highestRate === undefined
      ? []
      : fact(
          'optimizer',
          `at the rate ${rate} it is stable up to ${digits(own)}; this curvature is stable ${highestRate > 0 ? `up to the rate ${digits(highestRate)}` : 'at every rate'}`,
        )),
  ];
}

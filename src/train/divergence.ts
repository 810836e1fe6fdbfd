import type { ResolvedConfig } from '../config/types.js';
import { UserError } from '../foundation/errors.js';
import { architectureOf, layerIndexOf } from '../model/architecture.js';
import { entryView, type ParameterEntry, type ParameterTable } from '../model/parameter-table.js';

/** The tensors of an arena that contain NaN or an infinity, in their order. */
export function nonFiniteTensors(arena: Float32Array, entries: readonly ParameterEntry[]): ParameterEntry[] {
  return entries.filter((entry) => !entryView(arena, entry).every(Number.isFinite));
}

/** The state of memory when a run diverged. */
interface Divergence {
  /** The number of the update that failed, or after which the validation text was read. */
  readonly step: number;
  /** Which computation gave numbers that are not finite. */
  readonly during: 'training' | 'validation';
  readonly loss: number;
  readonly table: ParameterTable;
  readonly parameters: Float32Array;
  /** Gradients of the training window; not used for a validation. */
  readonly gradients: Float32Array;
  /** The hidden state after the text that was read: its parts (`h.0`: of layer 0) in the order of computation. */
  readonly state: Readonly<Record<string, readonly Float32Array[]>>;
  readonly learningRate: number;
  readonly config: ResolvedConfig;
}

/** The saved models and checkpoints to which the user can return. */
export interface SavedModels {
  readonly lastCheckpoint?: { readonly path: string; readonly loss?: number };
  /** The last checkpoint up to the step of the best model. */
  readonly bestCheckpoint?: string;
  readonly bestModel?: string;
  readonly bestLoss?: number;
  readonly bestStep?: number;
}

/**
 * The error for a run whose loss, gradients or parameters are not finite: where that began, what to change, and which saved model to return
 * to.
 */
export function divergenceError(found: Divergence, saved: SavedModels): UserError {
  const place = found.during === 'training' ? `at step ${found.step}` : `in the validation after step ${found.step}`;
  const sentences = [
    `training diverged ${place}: ${originOf(found)} (loss ${shortNumber(found.loss)})`,
    ...grownNumbers(found),
    remedyFor(found),
    ...goBackTo(saved, Math.log(vocabularySizeOf(found.table))),
  ];
  return new UserError('diverged', sentences.map((sentence) => `${sentence}.`).join(' '));
}

/**
 * The first computed value that is not finite. Values are computed from the embedding through the layers to the decoder, gradients in the
 * opposite direction: of several affected tensors, the origin is the lowest for values and the highest for gradients.
 */
function originOf(found: Divergence): string {
  const { during, loss, table, parameters, gradients, state } = found;
  // Buffers are computed from the values of a window, so they are not the origin.
  const broken = nonFiniteTensors(parameters, table.trained).map((entry) => {
    const count = entryView(parameters, entry).reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
    return `${entry.name} (${count} of ${entry.length} numbers)`;
  });
  if (broken.length > 0) return `the update gave parameters that are not finite: ${broken.join(', ')}`;
  const part = Object.entries(state).find(([, shards]) => !shards.every((values) => values.every(Number.isFinite)));
  if (part) return `the state of ${placeOf(part[0], found)} (${part[0]}) is not finite`;
  if (!Number.isFinite(loss)) {
    const text = during === 'training' ? '' : ' of the validation text';
    return `the logits of the decoder are too large, so that the loss${text} is not a number`;
  }
  const reached = nonFiniteTensors(gradients, table.trained).map(({ name }) => name);
  const top = reached.filter((name) => placeOf(name, found) === placeOf(reached.at(-1)!, found));
  if (top.length > 0) return `the gradients of ${placeOf(top[0]!, found)} (${top.join(', ')}) are not finite`;
  const { name, norm } = largestGradient(gradients, table);
  return `the sum of the squared gradients is too large for float32; the largest gradient is that of ${name}, with the norm ${shortNumber(norm)}`;
}

/** The part of the network that a parameter or a part of the state belongs to. */
function placeOf(name: string, { config }: Divergence): string {
  const layer = layerIndexOf(architectureOf({ vocabularySize: 1, ...config.model }), name);
  if (layer !== undefined) return `layer ${layer + 1}`;
  return name.startsWith('encoder') ? 'the embedding' : 'the decoder';
}

function largestGradient(gradients: Float32Array, table: ParameterTable): { name: string; norm: number } {
  const norms = table.trained.map((entry) => ({
    name: entry.name,
    norm: Math.sqrt(entryView(gradients, entry).reduce((sum, value) => sum + value * value, 0)),
  }));
  return norms.reduce((largest, next) => (next.norm > largest.norm ? next : largest));
}

/** A magnitude that no parameter or state has in a training run without problems. */
const HUGE = 1e4;

/** Numbers may have grown for many steps before the overflow: names the largest parameter and the largest state. */
function grownNumbers(found: Divergence): string[] {
  const { parameters, table, state } = found;
  const inParameters = largestOf(table.entries.map((entry) => [entry.name, entryView(parameters, entry)]));
  const inState = largestOf(Object.entries(state).flatMap(([name, shards]) => shards.map((values) => [name, values] as const)));
  const grown = [
    ...(isHuge(inParameters.value) ? [`parameters up to ${shortNumber(inParameters.value)} (${inParameters.name})`] : []),
    ...(isHuge(inState.value) ? [`a state up to ${shortNumber(inState.value)} (${placeOf(inState.name, found)})`] : []),
  ];
  return grown.length === 0 ? [] : [`Before that, values had grown: ${grown.join(', ')}`];
}

const isHuge = (value: number) => value > HUGE && Number.isFinite(value);

function largestOf(arrays: readonly (readonly [string, Float32Array])[]): { name: string; value: number } {
  return arrays
    .map(([name, values]) => ({ name, value: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) }))
    .reduce((most, next) => (next.value > most.value ? next : most), { name: '', value: 0 });
}

/** What to change: the key that causes the divergence, where that can be determined, else the two usual ones. */
function remedyFor({ step, loss, state, learningRate, config }: Divergence): string {
  const { optimizer, clipping, regularization } = config.training;
  const rate = shortNumber(learningRate);
  const shrinks = (key: string, weight: number) =>
    `Lower training.${key} (${weight}): with the learning rate ${rate} each step multiplies the weights by ${shortNumber(1 - learningRate * weight)}`;
  const plain = optimizer.type === 'sgd' || optimizer.type === 'momentum';
  if (plain && learningRate * regularization.l2 > 2) return shrinks('regularization.l2', regularization.l2);
  const { weightDecay } = optimizer;
  if (typeof weightDecay === 'number' && learningRate * weightDecay > 2) return shrinks('optimizer.weightDecay', weightDecay);
  if (step === 1 && !Number.isFinite(loss))
    return 'No update had been made: make the initial weights smaller (model.initialization)';
  const layers = architectureOf({ vocabularySize: 1, ...config.model }).layers;
  const unbounded = layers.find(({ layer }) => layer.cell?.unbounded)?.layer.cell?.unbounded;
  // Not <=, which NaN would pass.
  if (
    unbounded &&
    !Object.values(state)
      .flat()
      .every((values) => values.every((value) => Math.abs(value) < HUGE))
  )
    return (
      `The state of ${unbounded.name} can grow without bound: ${unbounded.remedy}, make the initial weights smaller ` +
      `(model.initialization), or lower training.optimizer.learningRate (${rate} at this step)`
    );
  const lower = `Lower training.optimizer.learningRate (${rate} at this step)`;
  if (clipping.type === 'none') return `${lower}, or clip the gradients (training.clipping.type: norm)`;
  return clipping.type === 'norm' && clipping.threshold > 100
    ? `${lower} or training.clipping.threshold (${clipping.threshold})`
    : lower;
}

function goBackTo(
  { lastCheckpoint: last, bestCheckpoint, bestModel, bestLoss, bestStep }: SavedModels,
  chance: number,
): string[] {
  if (last === undefined) return ['There is no checkpoint yet'];
  const lossThere = last.loss === undefined ? '' : `, training loss ${shortNumber(last.loss)}`;
  const isBad = last.loss !== undefined && last.loss > 2 * chance;
  const spoiled = isBad ? `: worse than a uniform guess (${shortNumber(chance)}), do not continue from it` : '';
  const lines = [`The last checkpoint is ${last.path}${lossThere}${spoiled}`];
  if (bestModel !== undefined && bestLoss !== undefined)
    lines.push(`The best model is ${bestModel}, validation loss ${shortNumber(bestLoss)} after step ${bestStep}`);
  if (bestCheckpoint !== undefined && bestCheckpoint !== last.path)
    lines.push(
      `The last checkpoint up to that step is ${bestCheckpoint}: to continue from there, delete the later ones and resume with other settings`,
    );
  return lines;
}

/** V, the rows of the embedding. */
const vocabularySizeOf = ({ entries }: ParameterTable) => entries.find(({ name }) => name === 'encoder.weight')!.shape[0];

const shortNumber = (value: number) => (Math.abs(value) < 1e6 ? String(Number(value.toPrecision(4))) : value.toPrecision(4));

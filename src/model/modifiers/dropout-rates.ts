import {
  choiceOption,
  type MapOption,
  mapOption,
  numberOption,
  type OptionValues,
  optional,
  regularizing,
} from '../../foundation/options.js';

/** `step`: a new mask for each step of a window. `window`: one mask for all steps of it. */
export type MaskSpan = 'step' | 'window';

/** Places within the steps of a recurrent layer where dropout can act. */
export type StepPlace = 'state' | 'update' | 'weight';

/** The rate of dropout at each place of a layer, with defaults filled in. */
export interface LayerDropout extends Readonly<Record<'output' | 'input' | StepPlace, number>> {
  readonly span: MaskSpan;
}

/** Dropout of a layer as it is written in a config: the rate of its outputs, or rates by place. */
export type DropoutChoice = number | Partial<LayerDropout>;

/** The rates of dropout of the embedding, with defaults filled in. */
export interface EmbeddingDropout extends Readonly<Record<'input' | 'word', number>> {
  readonly span: MaskSpan;
}

/** Dropout of the embedding as it is written in a config: the rate of the embedded values, or rates by place. */
export type EmbeddingDropoutChoice = number | EmbeddingDropout;

const rate = (describe: string) => regularizing(numberOption({ from: 0, below: 1 }, 0, describe));
const byModel = 'model.dropout';

const span = (places: string) =>
  choiceOption(
    ['step', 'window'],
    'step',
    `How long a mask of ${places} lasts: one step, or the whole window, with one mask for all its steps (Gal and Ghahramani 2016).`,
  );

const ownPlaces = {
  output: optional(rate('Share of the outputs set to zero while training.'), byModel),
  input: rate('Share of the inputs set to zero while training.'),
};

const stepPlaces = {
  state: rate('Share of the state set to zero before the recurrent product (Gal and Ghahramani 2016).'),
  update: rate('Share of the candidate set to zero before it is multiplied by its gate (Semeniuta et al. 2016).'),
  weight: rate('Share of the recurrent weights set to zero, one mask for a window (Merity et al. 2017).'),
};

/** The key `dropout` of a layer that can also apply dropout at these places within its steps. */
export function layerDropoutOption(places: readonly StepPlace[]): MapOption {
  const masked = ['outputs', 'inputs', ...places.filter((place) => place !== 'weight')];
  const options = {
    ...ownPlaces,
    ...Object.fromEntries(places.map((place) => [place, stepPlaces[place]])),
    span: span(`${masked.slice(0, -1).join(', ')} and ${masked.at(-1)}`),
  };
  return mapOption(options, byModel, 'Share of the outputs set to zero while training, or shares by place.', 'output');
}

/** The key `dropout` of the embedding. */
export const embeddingDropoutOption: MapOption = mapOption(
  {
    input: optional(rate('Share of the values of embedded tokens set to zero while training.'), byModel),
    word: rate(
      'Share of the words of the vocabulary whose embedding is zero, one mask for a window (Gal and Ghahramani 2016, Merity et al. 2017).',
    ),
    span: span('embedded values'),
  },
  byModel,
  'Share of the values of embedded tokens set to zero while training, or shares by place.',
  'input',
);

const nothing: LayerDropout = { output: 0, input: 0, state: 0, update: 0, weight: 0, span: 'step' };

/** The rates at all places of a layer. */
export function layerDropout(choice: DropoutChoice): LayerDropout {
  return typeof choice === 'number' ? { ...nothing, output: choice } : { ...nothing, ...choice };
}

/** The rates of the embedding. */
export function embeddingDropout(choice: EmbeddingDropoutChoice): EmbeddingDropout {
  return typeof choice === 'number' ? { input: choice, word: 0, span: 'step' } : choice;
}

/** Rates by place as one number, if only the place `short` has a rate. @param short the place that a single number sets */
export function inShort(rates: number | OptionValues, short: string): number | OptionValues {
  if (typeof rates === 'number') return rates;
  const { [short]: own, ...others } = rates;
  return Object.values(others).every((value) => value === 0 || value === 'step') ? (own as number) : rates;
}

/** Whether `span` is `window` although no place has a mask that the span affects. */
export function isIdleSpan({ span, ...rates }: OptionValues): boolean {
  return (
    span === 'window' && Object.entries(rates).every(([place, rate]) => rate === 0 || place === 'weight' || place === 'word')
  );
}

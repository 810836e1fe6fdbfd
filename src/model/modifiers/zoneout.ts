import { type MapOption, mapOption, numberOption, type OptionValues, regularizing } from '../../foundation/options.js';
import { splitRows } from '../../graph/operations/movement.js';
import { add, constant, greater, multiply, subtract } from '../../graph/operations/pointwise.js';
import type { StateSpecification } from '../declarations.js';
import type { Modifier } from './modifier.js';

/** The key `zoneout` of a layer with these parts of the state: a probability for each. */
export function zoneoutOption(states: readonly string[]): MapOption {
  const rate = (name: string) =>
    regularizing(numberOption({ from: 0, below: 1 }, 0, `Probability that a value of ${name} stays as it was.`));
  return mapOption(
    Object.fromEntries(states.map((name) => [name, rate(name)])),
    'no part of the state',
    'Share of each part of the state that keeps its value from the step before while training; a trained model computes the expectation ' +
      '(Krueger et al. 2017).',
  );
}

/**
 * Zoneout (Krueger et al. 2017): a part s of the state keeps its old values with probability p,
 *
 *     s = d * old + (1 - d) * new,  d = 1 with probability p, else 0
 *
 * drawn for each step while training. A trained layer computes the expectation, s = p * old + (1 - p) * new. An output that is a part of
 * the state is the part after this; everything else of the step is computed from the new values.
 *
 * @param rates p by the name of the part
 */
export function zoneout(rates: OptionValues, states: readonly StateSpecification[]): Modifier {
  const rateOf = (name: string) => (rates[name] as number | undefined) ?? 0;
  return {
    parameters: [],
    onlyTrains: false,
    begin({ context }) {
      /** For each part, the factors of the new and of the old values in a step. */
      const shares = states.map(({ name, columns }) => {
        const rate = rateOf(name);
        const mask = context.mask({ columns, rate, span: 'step' });
        // Exactly 0 or 1, because dropout scales its masks.
        if (mask) {
          const taken = splitRows(mask, context.steps).map((part) => greater(part, constant(0)));
          return (t: number) => [taken[t]!, subtract(constant(1), taken[t]!)] as const;
        }
        return rate === 0 ? undefined : () => [constant(1 - rate), constant(rate)] as const;
      });
      return {
        result(t, before, { output, state }) {
          const mixed = state.map((part, i) => {
            const [ofNew, ofOld] = shares[i]?.(t) ?? [];
            return ofNew && ofOld ? add(multiply(ofNew, part), multiply(ofOld, before[i]!)) : part;
          });
          const place = state.indexOf(output);
          return { output: place < 0 ? output : mixed[place]!, state: mixed };
        },
      };
    },
  };
}

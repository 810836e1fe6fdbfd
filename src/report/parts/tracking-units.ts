import type { HeatTextBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { MeasuredStates, TrackedPassage, TrackingUnit } from '../diagnosis.js';
import { HEAT_SCALE } from '../heat-scale.js';
import { blocksOfDiagnoses } from './diagnosed-runs.js';
import type { ReportPart } from './part.js';

/** Units whose value follows something that a person can read in the text. */
export const trackingUnits: ReportPart = {
  id: 'tracking-units',
  title: 'Units that track something readable',
  blocks: (contents) =>
    blocksOfDiagnoses(contents, [explanation], ({ measured: { states, passage } }) => [
      ...(passage ? [passageText(passage)] : []),
      ...tableOf(states),
    ]),
};

const explanation =
  'Some units of a trained model follow something that a person can read, such as the position in the line or whether a quotation is open ' +
  '(Karpathy, Johnson and Fei-Fei 2015). In the passage, the colour is the value of the unit after each token: the clearer the colours change ' +
  'where the text does, the better the unit follows it. A correlation near 1 or -1 is a unit for this alone; one near 0.3 a unit that has ' +
  'a part in it. Units are chosen on the first half of the text, and the correlation is that on the second half, so that it is not chance.';

function passageText({ detector, unit, pieces, values }: TrackedPassage): HeatTextBlock {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    type: 'heat-text',
    label: `A passage coloured by ${nameOf(unit)}, which follows: ${detector}`,
    pieces: pieces.map((text, i) => ({ text, value: values[i] })),
    unit: '',
    lowest: low,
    step: (high - low) / HEAT_SCALE.length || 1,
    decimals: 2,
  };
}

const nameOf = ({ layer, tap, unit }: TrackingUnit) => `layer ${layer + 1}, ${tap}, unit ${unit}`;

function tableOf({ readable }: MeasuredStates): (TableBlock & ReportBlock)[] {
  if (readable.length === 0) return [];
  const rows = readable.flatMap(({ detector, varies, units }) => {
    const what = `${detector.name}: ${detector.describe}`;
    if (units.length === 0) return [[what, varies ? 'no unit' : 'does not vary in this text', '–', '–']];
    return units.map((unit) => [what, nameOf(unit), unit.confirmed.toFixed(2), intervalOf(unit)]);
  });
  return [
    {
      type: 'table',
      caption: 'The units that follow each property of the text best',
      columns: [
        { heading: 'property' },
        { heading: 'unit' },
        { heading: 'correlation', isNumber: true },
        { heading: 'interval', isNumber: true },
      ],
      rows,
    },
  ];
}

/** Two standard errors to either side, after Fisher's transformation. */
function intervalOf({ confirmed, standardErrors }: TrackingUnit): string {
  const z = Math.atanh(Math.max(-0.999999, Math.min(0.999999, confirmed)));
  const error = Math.abs(z) / standardErrors;
  const [low, high] = [z - 2 * error, z + 2 * error].map((bound) => Math.tanh(bound).toFixed(2));
  return `${low} to ${high}`;
}

import { asPercent } from '../../diagnose/findings/finding.js';
import type { States, UnitPassage } from '../../diagnose/measure-states.js';
import { quantilesOf } from '../../foundation/quantiles.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import { HEAT_LEVELS, type HeatColours, heatLevel, heatMap, heatScale } from '../../ui/heat-map.js';
import { styled, type TerminalText } from '../../ui/terminal-text.js';
import { type ReportLines, reportSection } from '../shared/report-lines.js';

/** Gates, units, time constants and Lyapunov exponents, by layer. */
export function stateSections(lines: ReportLines, title: string, { exponents, gates, units }: States): string[] {
  const layers = units.layers.flatMap(({ layer, means, dead, stuck }) => [
    ...lines.fact(`layer ${layer + 1}`, `${means.length} units, ${dead.length} dead, ${stuck.length} stuck`),
    ...gates.gates
      .filter((gate) => gate.layer === layer)
      .flatMap(({ gate, mean, closed, open }) =>
        lines.fact(
          `  gate ${gate}`,
          `mean ${mean.toFixed(2)}; below 0.1 ${asPercent(closed)} of the time, above 0.9 ${asPercent(open)}`,
        ),
      ),
    ...gates.memories
      .filter((memory) => memory.layer === layer)
      .flatMap(({ timeConstants }) => {
        const [low, middle, high] = quantilesOf([...timeConstants], [0.1, 0.5, 0.9]).map(steps);
        return lines.fact(
          '  memory',
          `half of the units remember for ${middle} steps or more (a tenth for less than ${low}, a tenth for more than ${high})`,
        );
      }),
    ...units.tanhs
      .filter((tanh) => tanh.layer === layer)
      .flatMap(({ tap, saturated }) =>
        lines.fact(`  ${tap}`, `${asPercent(saturated)} of the values above 0.97 or below -0.97`),
      ),
    ...exponents
      .filter((exponent) => exponent.layer === layer)
      .flatMap(({ exponents: values }) =>
        lines.fact('  Lyapunov', `${values.map((value) => value.toFixed(3)).join(', ')} nats per step`),
      ),
  ]);
  return layers.length === 0 ? [] : [reportSection(title, layers)];
}

const steps = (value: number) => (value === Number.POSITIVE_INFINITY ? 'any number of' : value.toPrecision(2));

/** Units that track something readable. */
export function readableSection({ fact }: ReportLines, { readable }: States): string {
  const lines = readable.flatMap(({ detector, varies, units }) => {
    const found = units.map(
      ({ layer, tap, unit, confirmed }) => `layer ${layer + 1} ${tap} ${unit} (correlation ${confirmed.toFixed(2)})`,
    );
    const none = varies ? 'no unit' : 'does not vary in this text';
    return fact(detector.name, found.length > 0 ? found.join(', ') : none);
  });
  return reportSection('Units that track something readable', lines);
}

/** The passage, coloured by the value of the unit: white where it is lowest, dark red where it is highest. */
export function passageLines(passage: UnitPassage, columns: number, colours: HeatColours): TerminalText[] {
  const { detector, unit, pieces, values } = passage;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = (high - low) / HEAT_LEVELS || 1;
  const cells = pieces.map((text, i) => ({ text: terminalSafe(text), level: heatLevel(values[i]! - low, step) }));
  const name = `layer ${unit.layer + 1} ${unit.tap} ${unit.unit}, which follows ${detector}`;
  return [
    styled`A passage coloured by ${name}, from ${low.toFixed(2)} to ${high.toFixed(2)}: ${heatScale(colours)}`,
    ...heatMap(cells, columns, colours),
  ];
}

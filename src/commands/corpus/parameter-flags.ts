import { type CorpusParameter, formalCorpora, formalNames } from '../../text/generators/formal/parameters.js';

/** The flag of a parameter: `--table-seed` for `tableSeed`. */
export const flagOf = (parameter: string) => `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Each formal corpus with its parameters. */
const tables = formalNames.map((name) => [name, Object.entries<CorpusParameter>(formalCorpora[name].parameters)] as const);

/** The names and descriptions of the parameter flags. A flag that several corpora have occurs once. */
export function parameterFlags(): (readonly [flag: string, describe: string])[] {
  const names = new Set(tables.flatMap(([, parameters]) => parameters.map(([parameter]) => parameter)));
  return [...names].map((name) => [flagOf(name).slice(2), describeFlag(name)]);
}

/** `markov: Letters that the next one depends on. Default 2`, for each corpus that has the parameter. */
function describeFlag(name: string): string {
  const uses = tables.flatMap(([corpus, parameters]) =>
    parameters.filter(([parameter]) => parameter === name).map(([, parameter]) => ({ corpus, parameter })),
  );
  const meanings = [
    ...new Set(uses.map(({ parameter: { describe, default: byDefault } }) => `${describe} Default ${byDefault}`)),
  ];
  return meanings
    .map((meaning) => {
      const owners = uses.filter(({ parameter }) => meaning === `${parameter.describe} Default ${parameter.default}`);
      return `${owners.map(({ corpus }) => corpus).join(', ')}: ${meaning}`;
    })
    .join('. ');
}

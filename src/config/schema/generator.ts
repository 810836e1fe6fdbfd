import { z } from 'zod';
import { type CorpusParameter, type FormalName, formalCorpora, formalNames } from '../../text/generators/formal/parameters.js';
import { choice, numberWithin, section, variants, variantType, wholeNumber } from './values.js';

/** The keys of one formal language's corpus, from the declarations of the generators. */
function formalSection<Name extends FormalName>(name: Name) {
  const { describe, parameters } = formalCorpora[name];
  const keys = Object.entries<CorpusParameter>(parameters).map(
    ([key, parameter]) => [key, parameterSchema(parameter)] as const,
  );
  type Keys = { [Key in keyof (typeof formalCorpora)[Name]['parameters']]: ReturnType<typeof parameterSchema> };
  return section({ type: variantType(name, describe), ...(Object.fromEntries(keys) as Keys) });
}

function parameterSchema({ from, to, whole, default: byDefault, describe }: CorpusParameter) {
  const range = whole ? wholeNumber(from, to) : numberWithin({ from, to });
  return range.describe(`${describe} Default ${byDefault}.`).default(byDefault);
}

/** A generated corpus: the generator's name, or a map with the parameters of a formal language. The map must be last, see `messages.ts`. */
export const generator = z.union(
  [
    choice('fables', ...formalNames),
    variants(
      formalSection('markov'),
      formalSection('reber'),
      formalSection('dyck'),
      formalSection('copy'),
      formalSection('adding'),
      formalSection('names'),
    ),
  ],
  { error: ['fables', ...formalNames].join(', ') },
);

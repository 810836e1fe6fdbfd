import { attributeOf, bound, candidates, type Environment } from './derivation.js';
import type { Bind, Grammar, GrammarRule, TemplatePart, Word } from './grammar.js';

/** The entropy of a source that produces documents one after another. */
export interface Entropy {
  readonly natsPerDocument: number;
  /** Mean length, including the separator. */
  readonly charactersPerDocument: number;
  /** The entropy rate, a lower bound of the expected loss of any model. */
  readonly natsPerCharacter: number;
}

interface Expectation {
  readonly nats: number;
  readonly characters: number;
}

/** The knowledge about each variable where a part is written: its word, or only its draw. */
type Beliefs = readonly (Word | Bind | undefined)[];

/**
 * The exact entropy of an unambiguous grammar: each text has one derivation, so it is the expected sum of -ln p over draws.
 *
 * By linearity of expectation, each draw and each piece of text is averaged separately, and only over the variables that it uses (and those
 * from which they must differ). The joint distribution of all variables is never needed.
 */
export function expectedEntropy(grammar: Grammar): Entropy {
  const { nats, characters } = ofRule(grammar.start, []);
  const charactersPerDocument = characters + grammar.separator.length;
  return { natsPerDocument: nats, charactersPerDocument, natsPerCharacter: nats / charactersPerDocument };
}

function ofRule(rule: GrammarRule, beliefs: Beliefs): Expectation {
  let nats = 0;
  let characters = 0;
  for (const { probability, parts } of rule.alternatives) {
    const inside = ofParts(parts, beliefs);
    nats += probability * (inside.nats - Math.log(probability));
    characters += probability * inside.characters;
  }
  return { nats, characters };
}

function ofParts(parts: readonly TemplatePart[], outer: Beliefs): Expectation {
  let beliefs = outer;
  let nats = 0;
  let characters = 0;
  for (const part of parts) {
    const own = ofPart(part, beliefs);
    nats += own.nats;
    characters += own.characters;
    if (part.kind === 'bind') {
      if (beliefs[part.variable]) throw new Error(`variable ${part.variable} is drawn again within its own scope`);
      beliefs = bound(beliefs, part.variable, part);
    }
  }
  return { nats, characters };
}

function ofPart(part: TemplatePart, beliefs: Beliefs): Expectation {
  switch (part.kind) {
    case 'text':
      return { nats: 0, characters: part.text.length };
    case 'rule':
      return ofRule(part.rule, beliefs);
    case 'bind':
      return average(beliefs, part.except, (known) => ({
        nats: Math.log(candidates(part, known as Environment).length),
        characters: 0,
      }));
    case 'attribute':
      return average(beliefs, [part.variable], (known) => ofRule(attributeOf(part, known as Environment), known));
  }
}

/** The mean of `value` over the words of the named variables, after drawing the variables on which they depend; the others stay unknown. */
function average(beliefs: Beliefs, variables: readonly number[], value: (beliefs: Beliefs) => Expectation): Expectation {
  const unknown = variables.find((variable) => isBind(beliefs[variable]));
  if (unknown === undefined) return value(beliefs);
  const bind = beliefs[unknown] as Bind;
  return average(beliefs, bind.except, (given) => {
    const words = candidates(bind, given as Environment);
    let nats = 0;
    let characters = 0;
    for (const word of words) {
      const own = average(bound(given, unknown, word), variables, value);
      nats += own.nats / words.length;
      characters += own.characters / words.length;
    }
    return { nats, characters };
  });
}

function isBind(belief: Word | Bind | undefined): belief is Bind {
  return belief !== undefined && 'kind' in belief;
}

/**
 * Probabilistic grammars over characters, written as templates.
 *
 * A rule is a list of alternatives, and an alternative is a template: text with references in braces.
 *
 *     {rule}                      one alternative of that rule
 *     {hero = animal}             draws a word of the lexicon `animal` for the variable `hero`, and writes nothing
 *     {rival = animal - hero}     the same, but never the word of `hero`
 *     {hero.name}                 the attribute `name` of the word of `hero`
 *
 * The scope of a variable extends from its draw to the end of that alternative, including everything called from there. Attributes are
 * rules, and may use the variable too. A choice in one sentence can therefore determine words many sentences later, which a context-free
 * grammar of this size cannot express. Rules must not be recursive: every text of a grammar is finite.
 */

/** One template, or several of which one is drawn: uniformly, or in proportion to the weights if they are given. */
export type Alternatives = string | readonly (string | readonly [weight: number, template: string])[];

/** A word of a lexicon: its attributes by name. */
export type LexiconEntry = Readonly<Record<string, Alternatives>>;

export type Rules = Readonly<Record<string, Alternatives>>;

/** A grammar in source form. */
export interface GrammarSource {
  /** The rule for one document. */
  readonly start: string;
  /** The text between two documents. */
  readonly separator: string;
  readonly rules: Rules;
  readonly lexicons: Readonly<Record<string, readonly LexiconEntry[]>>;
}

export type Word = ReadonlyMap<string, GrammarRule>;

export interface Bind {
  readonly kind: 'bind';
  /** Index of the variable. */
  readonly variable: number;
  readonly words: readonly Word[];
  /** Variables whose words are excluded. */
  readonly except: readonly number[];
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rule'; readonly rule: GrammarRule }
  | { readonly kind: 'attribute'; readonly variable: number; readonly name: string }
  | Bind;

export interface Alternative {
  readonly probability: number;
  readonly parts: readonly TemplatePart[];
}

export interface GrammarRule {
  readonly name: string;
  readonly alternatives: readonly Alternative[];
}

/** A compiled grammar. */
export interface Grammar {
  readonly start: GrammarRule;
  readonly separator: string;
  /** Names of the variables, in the order of their indices. */
  readonly variables: readonly string[];
}

/** Compiles a grammar; throws an Error that names the rule when a template or a reference in it is wrong. */
export function compileGrammar(source: GrammarSource): Grammar {
  const rules = new Map<string, GrammarRule>();
  const lexicons = new Map<string, readonly Word[]>();
  const variables: string[] = [];
  const underway = new Set<string>();

  const variable = (name: string): number => {
    const index = variables.indexOf(name);
    return index >= 0 ? index : variables.push(name) - 1;
  };

  const rule = (name: string): GrammarRule => {
    const known = rules.get(name);
    if (known) return known;
    const alternatives = source.rules[name];
    if (alternatives === undefined) throw new Error(`no rule is called "${name}"`);
    if (underway.has(name)) throw new Error(`rule "${name}" calls itself`);
    underway.add(name);
    const compiled = compileRule(name, alternatives);
    rules.set(name, compiled);
    return compiled;
  };

  const lexicon = (name: string): readonly Word[] => {
    const known = lexicons.get(name);
    if (known) return known;
    const entries = source.lexicons[name];
    if (entries === undefined || entries.length === 0) throw new Error(`no lexicon is called "${name}"`);
    const words = entries.map(wordOf);
    lexicons.set(name, words);
    return words;
  };

  // An entry in several lexicons is one word, so that exclusion applies across them.
  const words = new Map<LexiconEntry, Word>();
  const wordOf = (entry: LexiconEntry): Word => {
    let word = words.get(entry);
    if (!word) {
      const attributes = Object.entries(entry).map(([name, alternatives]) => [name, compileRule(name, alternatives)] as const);
      word = new Map(attributes);
      words.set(entry, word);
    }
    return word;
  };

  const compileRule = (name: string, alternatives: Alternatives): GrammarRule => {
    const weighted = (typeof alternatives === 'string' ? [alternatives] : alternatives).map((alternative) =>
      typeof alternative === 'string' ? ([1, alternative] as const) : alternative,
    );
    if (new Set(weighted.map(([, template]) => template)).size < weighted.length) {
      throw new Error(`rule "${name}" has an alternative twice, which makes it ambiguous`);
    }
    const total = weighted.reduce((sum, [weight]) => sum + weight, 0);
    if (!(total > 0) || weighted.some(([weight]) => !(weight > 0))) throw new Error(`rule "${name}" needs positive weights`);
    return {
      name,
      alternatives: weighted.map(([weight, template]) => ({
        probability: weight / total,
        parts: compileTemplate(name, template),
      })),
    };
  };

  const compileTemplate = (name: string, template: string): TemplatePart[] =>
    template
      .split(/(\{[^{}]*\})/)
      .filter((piece) => piece !== '')
      .map((piece) => {
        const reference = /^\{(.*)\}$/s.exec(piece)?.[1];
        if (reference !== undefined) return compileReference(name, reference);
        if (/[{}]/.test(piece)) throw new Error(`rule "${name}" has a brace without its partner: ${template}`);
        return { kind: 'text', text: piece };
      });

  const compileReference = (name: string, reference: string): TemplatePart => {
    const [, plain, attribute, drawn, except] =
      /^(?:(\w+)(?:\.(\w+))?|(\w+ = \w+)((?: - \w+)*))$/.exec(reference) ?? fail(name, reference);
    if (drawn !== undefined) {
      const [variableName, lexiconName] = drawn.split(' = ') as [string, string];
      const excluded = (except ?? '').split(' - ').slice(1);
      return { kind: 'bind', variable: variable(variableName), words: lexicon(lexiconName), except: excluded.map(variable) };
    }
    if (plain === undefined) return fail(name, reference);
    if (attribute !== undefined) return { kind: 'attribute', variable: variable(plain), name: attribute };
    return { kind: 'rule', rule: rule(plain) };
  };

  const fail = (name: string, reference: string): never => {
    throw new Error(`rule "${name}" has a reference that is not understood: {${reference}}`);
  };

  return { start: rule(source.start), separator: source.separator, variables };
}

import { describe, expect, it } from 'vitest';
import { compileGrammar, type Rules } from '../../../src/text/generators/grammar.js';

const compile = (rules: Rules) => () =>
  compileGrammar({ start: 'start', separator: '\n', rules, lexicons: { animal: [{ name: 'fox' }, { name: 'hen' }] } });

describe('compileGrammar', () => {
  it('names the rule that does not exist', () => {
    expect(compile({ start: 'a {missing} b' })).toThrow('no rule is called "missing"');
  });

  it('names the lexicon that does not exist', () => {
    expect(compile({ start: '{hero = plants}' })).toThrow('no lexicon is called "plants"');
  });

  it('refuses a rule that calls itself, also through another', () => {
    expect(compile({ start: 'a {other}', other: ['b', '{start}'] })).toThrow('rule "start" calls itself');
  });

  it('refuses a repeated alternative', () => {
    expect(compile({ start: ['same', 'other', 'same'] })).toThrow('rule "start" has an alternative twice');
  });

  it('refuses weights that are not positive', () => {
    expect(compile({ start: [[0, 'never'], 'always'] })).toThrow('rule "start" needs positive weights');
  });

  it.each(['{hero == animal}', '{hero.}', '{}', '{hero = animal -}'])('refuses the reference %s', (template) => {
    expect(compile({ start: template })).toThrow('rule "start" has a reference that is not understood');
  });

  it.each(['a } b', 'a { b'])('refuses a brace without its partner: %s', (template) => {
    expect(compile({ start: template })).toThrow('rule "start" has a brace without its partner');
  });

  it('shares probability in proportion to weight', () => {
    const grammar = compile({ start: [[3, 'often'], 'seldom'] })();
    expect(grammar.start.alternatives.map(({ probability }) => probability)).toEqual([0.75, 0.25]);
  });
});

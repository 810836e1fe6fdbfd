import { heads } from '../model/heads/index.js';
import { objectiveTerms } from '../model/objectives/index.js';
import { CROSS_ENTROPY, type ObjectiveTerm, termSettings } from '../model/objectives/objective.js';
import { alwaysTrains, termSchedules } from '../model/objectives/schedule.js';
import { synonyms } from '../model/objectives/synonyms.js';
import { hasOutputVectors } from './model-rules.js';
import type { CheckedConfig, Rule } from './rule.js';

/** Rules about the terms of the objective, and about heads that a term or a tokenizer does not fit. */
export function objectiveRules({ tokenizer, model, training }: CheckedConfig): Rule[] {
  const { objective, sequenceLength } = training;
  const head = heads.find(({ type }) => type === model.head?.type);
  const related = termSettings(synonyms, objective.synonyms);
  /** The names of the terms that have a weight. */
  const used = objectiveTerms.filter((term) => termSettings(term, objective[term.name]).weight !== 0).map(({ name }) => name);
  /** A rule for each term with a need, broken where the term is used. */
  const needs = (need: keyof ObjectiveTerm, { key, unmet, because }: { key: string; unmet: () => boolean; because: string }) =>
    objectiveTerms
      .filter((term) => term[need])
      .map((term) => ({
        keys: [`training.objective.${term.name}`, key],
        broken: used.includes(term.name) && unmet(),
        because,
      }));
  const schedules = termSchedules(training.objectiveSchedule);
  return [
    ...Object.entries(schedules).flatMap(([name, { start, end }]) => [
      {
        keys: [`training.objectiveSchedule.${name}.start`, `training.objectiveSchedule.${name}.end`],
        broken: start >= end,
        because: 'the term would never count: its start must be before its end',
      },
      {
        keys: [`training.objectiveSchedule.${name}`, `training.objective.${name}`],
        broken: name !== CROSS_ENTROPY && !used.includes(name),
        because: 'the objective does not have this term: give it a weight',
      },
    ]),
    {
      keys: ['training.objectiveSchedule'],
      broken: !alwaysTrains(schedules, [CROSS_ENTROPY, ...used]),
      because: 'in a part of the run nothing would be trained: let a term count there',
    },
    ...needs('wholeVocabulary', {
      key: 'model.head.type',
      unmet: () => head?.partial === true,
      because:
        'the term needs the probability of every token, which this head does not compute in training: leave one of them out',
    }),
    ...needs('outputVectors', {
      key: 'model.head',
      unmet: () => !hasOutputVectors(model),
      because:
        'the term needs an output vector of the size of the embedding for each token: set model.head.tie, or model.embedding.size to the ' +
        'size of the last layer',
    }),
    ...needs('otherInputs', {
      key: 'model.head.type',
      unmet: () => head?.remembers === true,
      because: 'the term gives the head other inputs than the text, and a head that points to the text cannot use them',
    }),
    {
      keys: ['training.objective.synonyms.weight', 'training.objective.synonyms.path'],
      broken: related.weight !== 0 && related.options.path === undefined,
      because: 'set the path of a file of related words',
    },
    {
      keys: ['model.head.type', 'tokenizer.type'],
      broken: tokenizer.type === 'byte' && head?.partial === true,
      because: 'clusters of rare tokens need ids in the order of frequency, and byte ids have another order',
    },
    {
      keys: ['training.objective.temporalActivation', 'training.sequenceLength'],
      broken: objective.temporalActivation !== 0 && sequenceLength < 2,
      because: 'it compares a step with the next, so a window needs at least two',
    },
  ];
}

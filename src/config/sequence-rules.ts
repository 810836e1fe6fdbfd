import type { CheckedConfig, Rule } from './rule.js';

/** Options that have another meaning, or none, where each document is read from a zero state. */
export function sequenceRules({ corpus, training }: CheckedConfig): Rule[] {
  if (corpus.sequences === 'stream') {
    return [
      {
        keys: ['training.buckets', 'corpus.sequences'],
        broken: training.buckets !== undefined,
        because: 'a stream has no documents that are sorted by length; set corpus.sequences to documents, or leave it out',
      },
    ];
  }
  const apart = (key: string, broken: boolean, because: string) => ({ keys: ['corpus.sequences', key], broken, because });
  return [
    apart('corpus.documents', corpus.documents === 'none', 'set corpus.documents, to say what a document is'),
    apart(
      'corpus.boundary',
      corpus.boundary !== undefined && corpus.boundary !== 'document',
      'no document can be in two parts; set corpus.boundary to document',
    ),
    apart('corpus.resetState', corpus.resetState, 'each document begins with a zero state; leave corpus.resetState out'),
    apart(
      'training.stateReset',
      training.stateReset > 0,
      'each document begins with a zero state; leave training.stateReset out',
    ),
    apart(
      'training.lengthVariation',
      training.lengthVariation !== undefined,
      'windows are as long as the documents need; leave training.lengthVariation out',
    ),
    apart(
      'training.shuffle',
      training.shuffle !== undefined,
      'documents are shuffled in each epoch; leave training.shuffle out',
    ),
  ];
}

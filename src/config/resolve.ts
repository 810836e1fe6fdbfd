import { modelSpecification } from '../model/specification.js';
import { formalCorpus } from '../text/generators/formal/parameters.js';
import type { GeneratorChoice } from '../text/generators/generator-choice.js';
import { fromValue } from './from-value.js';
import { schemaProblems } from './messages.js';
import { configError } from './problems.js';
import type { CheckedConfig } from './rule.js';
import { brokenRules, hasValidation, shardsOf } from './rules.js';
import { configSchema } from './schema/config.js';
import { defaultSplit } from './schema/corpus.js';
import { defaultBuckets, defaultEpochs } from './schema/training.js';
import { withoutShorthands } from './shorthands.js';
import { type Tree, toValue } from './tree.js';
import type { CorpusConfig, ResolvedConfig } from './types.js';

/**
 * The resolved config of a plain value, such as that in a model file. The value is not trusted; paths are unchanged.
 * @param source the name of the value in error messages
 * @throws UserError usage with every problem found
 */
export function resolveConfig(value: unknown, source = 'config'): ResolvedConfig {
  return resolveTree(fromValue(value, { name: source, order: 0 }));
}

/** The resolved config of a tree whose positions are known. @throws UserError usage with every problem found */
export function resolveTree(given: Tree): ResolvedConfig {
  const tree = given.kind === 'map' ? withoutShorthands(given) : given;
  const parsed = configSchema.safeParse(toValue(tree));
  if (!parsed.success) throw configError(schemaProblems(tree, parsed.error.issues));
  const problems = brokenRules(parsed.data, tree);
  if (problems.length > 0) throw configError(problems);
  return fillDefaults(parsed.data);
}

/** The defaults that depend on other keys. */
function fillDefaults(config: CheckedConfig): ResolvedConfig {
  const { name = 'model', seed, output = `runs/${name}`, corpus, tokenizer, model, training, engine } = config;
  const { validation = hasValidation(config) ? { everyEpochs: 1 } : undefined, ...stated } = training;
  const hasLength = [stated.epochs, stated.steps, stated.budget].some((length) => length !== undefined);
  const buckets = corpus.sequences === 'documents' ? { buckets: defaultBuckets } : {};
  const rest = { ...buckets, ...(hasLength ? {} : { epochs: defaultEpochs }), ...stated };
  return {
    name,
    seed,
    output,
    corpus: resolveCorpus(corpus),
    tokenizer,
    model: { ...modelSpecification(model), initialization: model.initialization },
    training: validation === undefined ? rest : { ...rest, validation },
    engine: engine.type === 'onnxruntime' ? engine : { type: engine.type, shards: shardsOf(config), threads: engine.threads },
  };
}

function resolveCorpus(corpus: CheckedConfig['corpus']): CorpusConfig {
  const { path, split = defaultSplit, boundary = corpus.documents === 'none' ? 'line' : 'document', ...others } = corpus;
  const { train, validation, test, generator, ...reading } = others;
  const origin = generator === undefined ? {} : { generator: resolveGenerator(generator) };
  if (path !== undefined) return { path, split, boundary, ...reading, ...origin };
  if (train === undefined) throw new Error('a corpus without path and train has passed the rules');
  const measured = { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) };
  return { train, ...measured, ...reading, ...origin };
}

/** Replaces the name of a generator by its current default parameters. */
function resolveGenerator(generator: NonNullable<CheckedConfig['corpus']['generator']>): GeneratorChoice {
  return generator === 'fables' || typeof generator !== 'string' ? generator : formalCorpus(generator);
}

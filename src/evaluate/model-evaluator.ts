import { stackOptions, stackTable } from '../model/stack-model.js';
import { stacksOf } from '../model/stacks.js';
import { reversedSource } from '../text/reversed-source.js';
import { createStreamEvaluator, type StreamEvaluator, type StreamEvaluatorOptions } from './stream-evaluator.js';

/** Evaluates a model of one or two stacks repeatedly during its training. */
export interface ModelEvaluator {
  /** The states of all stacks after the text, by their names in the model. */
  readonly state: StreamEvaluator['state'];
  /**
   * Mean nats per token with the current parameters, and the number of predicted tokens. Of a bidirectional model the loss is the mean of
   * both `directions`.
   */
  run(): Promise<{ loss: number; tokens: number; directions?: Readonly<Record<string, number>> }>;
}

/**
 * As `createStreamEvaluator`; the backward stack of a bidirectional model reads the text from its end.
 * @throws UserError as `createStreamEvaluator` does
 */
export function createModelEvaluator(options: StreamEvaluatorOptions): ModelEvaluator {
  const { model, table, tokens } = options;
  if (!model.bidirectional) return createStreamEvaluator(options);
  const evaluators = stacksOf(model).map((stack) => ({
    ...stack,
    evaluator: createStreamEvaluator({
      ...options,
      model: stackOptions(model, stack),
      table: stackTable(table, model, stack),
      tokens: stack.direction === 'backward' ? reversedSource(tokens) : tokens,
    }),
  }));
  const states = evaluators.flatMap(({ prefix, evaluator }) =>
    Object.entries(evaluator.state).map(([name, part]) => [prefix + name, part] as const),
  );
  return {
    state: Object.fromEntries(states),
    async run() {
      const directions: Record<string, number> = {};
      let predicted = 0;
      for (const { direction, evaluator } of evaluators) {
        const { loss, tokens } = await evaluator.run();
        directions[direction] = loss;
        predicted = tokens;
      }
      const losses = Object.values(directions);
      return { loss: losses.reduce((sum, loss) => sum + loss) / losses.length, tokens: predicted, directions };
    },
  };
}

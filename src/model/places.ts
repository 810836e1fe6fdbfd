import type { Architecture } from './architecture.js';
import { BACKWARD, stacksOf } from './stacks.js';

/**
 * Names of parts of a model, with the parameters in each: `embedding`, `layers.0` and so on (of the backward stack of a bidirectional model
 * `backward.layers.0`), `head`, and each parameter by its own name. A head that remembers has parameters for each stack: those of the
 * backward stack are in `backward.head`. With tied weights the matrix of the head is in `embedding`.
 */
export function placesOf({ layers, memory, head, options }: Architecture): Map<string, readonly string[]> {
  const places = new Map<string, readonly string[]>([['embedding', ['encoder.weight']]]);
  for (const { prefix } of stacksOf(options)) {
    layers.forEach(({ layer, parameterName }, i) => {
      places.set(
        `${prefix}layers.${i}`,
        layer.parameters.map(({ name }) => prefix + parameterName(name)),
      );
    });
  }
  const remembering = memory?.parameters.map(({ name }) => name) ?? [];
  places.set('head', [...head.parameters.map(({ name }) => name), ...remembering]);
  if (memory && options.bidirectional)
    places.set(
      `${BACKWARD}head`,
      remembering.map((name) => BACKWARD + name),
    );
  const names = [...places.values()].flat();
  return new Map([...places, ...names.map((name) => [name, [name]] as const)]);
}

/** The parameters of all places that match a pattern, in which `*` stands for any characters; none where no place matches. */
export function parametersAt(architecture: Architecture, pattern: string): string[] {
  const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return [...placesOf(architecture)].flatMap(([place, names]) => (expression.test(place) ? names : []));
}

/** All parameters that match a pattern of the list. */
export function frozenParameters(architecture: Architecture, patterns: readonly string[] = []): ReadonlySet<string> {
  return new Set(patterns.flatMap((pattern) => parametersAt(architecture, pattern)));
}

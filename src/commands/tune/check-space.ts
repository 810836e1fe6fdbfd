import type { ResolvedConfig } from '../../config/types.js';
import { UserError } from '../../foundation/errors.js';
import { printable } from '../../foundation/printable.js';
import { createRandom } from '../../foundation/random.js';
import { changesAt } from '../../tune/search-space.js';
import type { SearchDimension, SearchSpace } from '../../tune/trial.js';

const ownReason = 'the search sets it itself';
const otherTokens = 'losses of different texts or tokens cannot be compared';
const onlyObserved = 'it does not change the model';

/** Keys that cannot be searched, with everything below them, and why. */
const refusedKeys: ReadonlyMap<string, string> = new Map([
  ['name', onlyObserved],
  ['output', onlyObserved],
  ['seed', 'the best candidates are repeated with other seeds'],
  ['corpus', otherTokens],
  ['tokenizer', otherTokens],
  ['engine', 'the engine changes the speed, not the model'],
  ['training.from', otherTokens],
  ['training.steps', `${ownReason}: candidates are compared after as many steps`],
  ['training.epochs', `${ownReason}: candidates are compared after as many steps`],
  ['training.budget', `${ownReason}: candidates are compared after as many steps`],
  ['training.schedule', `${ownReason}: the learning rate is annealed at the end of each rung`],
  ['training.earlyStopping', `${ownReason}: it stops candidates that are worse than others`],
  ['training.validation', onlyObserved],
  ['training.checkpoints', onlyObserved],
  ['training.samples', onlyObserved],
  ['training.tensorboard', onlyObserved],
]);

/** Random points of the space that are checked, because rules between keys may forbid values that are allowed by themselves. */
const POINTS = 50;

/**
 * Checks that the config is valid at every bound and choice of a space, at the corners where all keys have their low or their high bound,
 * and at some random points.
 *
 * @param load the config with changes, each `key=value`; its errors name the flag and the value
 * @throws UserError usage
 */
export function checkSpace(space: SearchSpace, load: (changes: readonly string[]) => ResolvedConfig, seed: number): void {
  for (const { key } of space) refuseKey(key);
  for (const dimension of space) for (const change of limitsOf(dimension)) load([change]);
  const corner = (i: 0 | -1) => space.map((dimension) => limitsOf(dimension).at(i)!);
  const random = createRandom(seed);
  const points = Array.from({ length: POINTS }, () =>
    changesAt(
      space,
      space.map(() => random.uniform()),
    ),
  );
  for (const changes of [corner(0), corner(-1), ...points]) load(changes);
}

function refuseKey(key: string): void {
  for (const [refused, reason] of refusedKeys)
    if (key === refused || key.startsWith(`${refused}.`) || refused.startsWith(`${key}.`))
      throw new UserError('usage', `--search ${printable(key, 80)}: ${refused} cannot be searched: ${reason}`);
}

/** The changes at the bounds or choices of a dimension. */
function limitsOf(dimension: SearchDimension): string[] {
  const { key } = dimension;
  const values = dimension.scale === 'choice' ? dimension.values : [dimension.low, dimension.high];
  return values.map((value) => `${key}=${value}`);
}

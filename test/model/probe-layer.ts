import { add, constant, multiply } from '../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum } from '../../src/graph/operations/sums.js';
import { layerTypes } from '../../src/model/layers/index.js';
import { declareLayer, type LayerDeclaration } from '../../src/model/layers/layer.js';

/**
 * A layer that uses all that a layer may declare and ask for, registered for the file that imports this module before any other: the
 * schema of configs is made of the registry when it is loaded.
 *
 * output = gain * x + bias; a penalty of half the squares of the output; a buffer with the sum of all inputs so far. */
const probe = declareLayer({
  type: 'probe',
  name: () => 'Probe',
  describe: 'A layer of this test.',
  options: {},
  sized: false,
  create: (_, { size }) => ({
    parameters: [
      { name: 'total', shape: [size], role: 'buffer' },
      { name: 'gain', shape: [size], role: 'gain' },
      { name: 'bias', shape: [size], role: 'bias', initial: 0.25 },
      { name: 'offset', shape: [1], role: 'bias', initial: (values, random) => void values.fill(2 + random.uniform()) },
      { name: 'seen', shape: [1], role: 'buffer', initial: 7 },
    ],
    states: [],
    forward(x, { parameter, penalty, updateBuffer, tap }) {
      const scaled = tap('scaled', multiply(x, parameter('gain')));
      const output = add(add(scaled, parameter('bias')), multiply(constant(0), parameter('offset')));
      penalty('squares', multiply(constant(0.5), rowSums(multiply(output, output))));
      updateBuffer('total', add(parameter('total'), shardSum(columnSums(x))));
      return { output, state: [] };
    },
  }),
});

const registry = layerTypes as LayerDeclaration[];
registry.push(probe);

/** For other test files of the same process. */
export function forgetProbe(): void {
  registry.splice(registry.indexOf(probe), 1);
}

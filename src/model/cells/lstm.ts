import { switchOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { type Cell, declareCell, forgetBiasOption, gatedParameters, statesOfSize } from './cell.js';

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i, f, o = sigmoid(W x + b + U h + b')    g = tanh(W x + b + U h + b')
 *     c = f * c + i * g                        h = o * tanh(c)
 *
 * With coupled gates (Greff et al. 2017) there is no i of its own: i = 1 - f. With peepholes (Gers and Schmidhuber 2000) p_i * c and
 * p_f * c, with c before the step, are added within the sigmoids of i and f, and p_o * c, with c after it, within that of o.
 */
export const lstm = declareCell({
  type: 'lstm',
  name({ coupledGates, peepholes }) {
    const parts = [...(coupledGates ? ['coupled gates'] : []), ...(peepholes ? ['peepholes'] : [])];
    return parts.length === 0 ? 'LSTM' : `LSTM with ${parts.join(' and ')}`;
  },
  describe: 'Long short-term memory, gates i f g o (Hochreiter and Schmidhuber 1997).',
  options: {
    coupledGates: switchOption(
      false,
      'Couple the input gate to the forget gate, i = 1 - f: three quarters of the parameters (Greff et al. 2017, Melis et al. 2018).',
    ),
    peepholes: switchOption(
      false,
      'Add peepholes: the gates also depend on the cell state, with a weight for each unit (Gers and Schmidhuber 2000).',
    ),
    forgetBias: forgetBiasOption,
  },
  importedGates: 4,
  create({ coupledGates, peepholes, forgetBias }): Cell {
    const gates = coupledGates ? 3 : 4;
    const gated = gatedParameters({
      gates,
      forgetGate: coupledGates ? 0 : 1,
      forgetBias,
      inputGate: coupledGates ? undefined : 0,
    });
    return {
      parameters: (inputSize, size) => [
        ...gated(inputSize, size),
        // A row for each gate but g, in the same order. A peephole begins as a bias does: it is no matrix to be drawn as a whole.
        ...(peepholes
          ? [{ name: 'peepholes', shape: [(gates - 1) * size], role: 'bias', blocks: gates - 1, fan: size } as const]
          : []),
      ],
      states: statesOfSize('h', 'c'),
      retention: { tap: 'gate.f' },
      ...(!coupledGates && {
        onnx: { type: 'LSTM', gates: [0, 3, 1, 2], ...(peepholes && { peepholes: [0, 2, 1] }) } as const,
      }),
      ...(!coupledGates && !peepholes && { torch: { module: 'LSTM' } as const }),
      step(x, [h, c], { weight_ih, weight_hh, bias_ih, bias_hh, peepholes: weights }, { tap, linear, normalize, update }) {
        const z = splitColumns(add(linear(x, weight_ih!, bias_ih!), linear(h!, weight_hh!, bias_hh!)), gates);
        const p = weights ? splitColumns(weights, gates - 1) : [];
        const gate = (z: Node, p: Node | undefined, seen: Node) => sigmoid(p ? add(z, multiply(p, seen)) : z);
        const [zf, zg, zo] = z.slice(-3) as [Node, Node, Node];
        const [pf, po] = p.slice(-2);
        const f = tap('gate.f', gate(zf, pf, c!));
        const i = tap('gate.i', coupledGates ? subtract(constant(1), f) : gate(z[0]!, p[0], c!));
        const g = tap('candidate.g', tanh(zg));
        const cell = add(multiply(f, c!), multiply(i, update(g)));
        const o = tap('gate.o', gate(zo, po, cell));
        const output = multiply(o, tanh(normalize('c', cell)));
        return { output, state: [output, cell] };
      },
    };
  },
});

import { type Connection, connectionOf } from './connections.js';
import type { ParameterSpecification, PlacedParameter, StateSpecification } from './declarations.js';
import type { HeadMemory } from './heads/head.js';
import type { Layer, LayerDeclaration } from './layers/layer.js';
import type { LayerChoice } from './specification.js';

/** A layer at its position in the model. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly declaration: LayerDeclaration;
  readonly choice: LayerChoice;
  readonly inputSize: number;
  /** Columns of the layer's outputs. */
  readonly size: number;
  /** How the layer's inputs bypass it, and the columns of the next layer's inputs. */
  readonly connection: Connection;
  readonly outputSize: number;
  /** All parameters and states of the layer and its connection, by their names in the model. */
  readonly parameters: readonly PlacedParameter[];
  readonly states: readonly StateSpecification[];
  /** The name in the model of a parameter or a part of the state, by the layer's own name for it. */
  parameterName(own: string): string;
  stateName(own: string): string;
}

/** Where a layer stands, and the names of its parameters and states there. */
interface LayerPosition extends Pick<PlacedLayer, 'declaration' | 'choice' | 'inputSize' | 'size'> {
  readonly index: number;
  readonly names: Pick<PlacedLayer, 'parameterName' | 'stateName'>;
}

export function placeLayer(layer: Layer, { index, declaration, choice, inputSize, size, names }: LayerPosition): PlacedLayer {
  const connection = connectionOf(choice.connection);
  const inPlace = (parameter: ParameterSpecification, name: string) => ({ ...parameter, name, part: 'layer' as const });
  return {
    layer,
    declaration,
    choice,
    inputSize,
    size,
    connection,
    outputSize: connection.outputSize(inputSize, size),
    parameters: [
      ...layer.parameters.map((parameter) => inPlace(parameter, names.parameterName(parameter.name))),
      ...connection.parameters(size).map((parameter) => inPlace(parameter, layerName(index, parameter.name))),
    ],
    states: layer.states.map((state) => ({ ...state, name: names.stateName(state.name) })),
    ...names,
  };
}

/** The memory of the head. @param hiddenSize H, to which the column of the token is added */
export function placeMemory({ declaration, options, size }: HeadMemory, index: number, hiddenSize: number): PlacedLayer {
  const choice = { ...options, type: declaration.type, dropout: 0, connection: 'none' };
  const inputSize = hiddenSize + 1;
  const name = (own: string) => `head.${own}`;
  return placeLayer(declaration.create(choice, { inputSize, size }), {
    index,
    declaration,
    choice,
    inputSize,
    size,
    names: { parameterName: name, stateName: name },
  });
}

/** PyTorch's names for the k-th recurrent layer, so that torch.nn.LSTM, GRU and RNN load a model of equal layers unchanged. */
export function recurrentNames(k: number) {
  return { parameterName: (own: string) => `rnn.${own}_l${k}`, stateName: (own: string) => `${own}.${k}` };
}

export const layerName = (index: number, own: string) => `layers.${index}.${own}`;

export function layerNames(index: number) {
  const name = (own: string) => layerName(index, own);
  return { parameterName: name, stateName: name };
}

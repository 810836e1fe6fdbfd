import type { ReadTensor } from '../files/safetensors-reader.js';

const decoderWords = /dec|out|head|lin|fc|proj|dense|classif|generator|h2o|logit|softmax|predict/i;
const embeddingWords = /enc|emb|wte|lookup|i2h|table/i;

/** Columns of the first layer's inputs and of the last layer's outputs. */
export interface RecurrentSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/**
 * The embedding, the decoder and the projection between layers and tied decoder among the tensors that are not recurrent. The projection is
 * known by its shape. A matrix that has a bias beside it is the decoder, since an embedding has none; otherwise names decide, and what is
 * left is the embedding. Where that is not clear, none is taken.
 *
 * @param missing which of `encoder.weight`, `decoder.weight`, `decoder.bias` and `projection.weight` to look for
 * @param sizes of the recurrent layers, where they are known
 * @returns pairs of our names and their tensors
 */
export function matchVocabularyMatrices(
  tensors: readonly ReadTensor[],
  missing: readonly string[],
  sizes: RecurrentSizes | undefined,
): [string, ReadTensor][] {
  const wants = (name: string) => missing.includes(name);
  const all = tensors.filter(({ shape }) => shape.length === 2);
  const projection = sizes && wants('projection.weight') ? projectionAmong(all, sizes) : undefined;
  const matrices = all.filter((matrix) => matrix !== projection);
  const vectors = tensors.filter(({ shape }) => shape.length === 1);
  const vectorNamed = new Map(vectors.map((vector) => [vector.name, vector]));
  const biasOf = (matrix: ReadTensor) => vectorNamed.get(sibling(matrix.name));
  const says = (words: RegExp) => (tensor: ReadTensor) => words.test(moduleName(tensor.name));

  const biased = matrices.filter(biasOf);
  const decoder = wants('decoder.weight')
    ? (only(biased) ?? only(biased.filter(says(decoderWords))) ?? only(matrices.filter(says(decoderWords))))
    : undefined;
  const others = matrices.filter((matrix) => matrix !== decoder);
  const embedding = wants('encoder.weight') ? (only(others.filter(says(embeddingWords))) ?? only(others)) : undefined;
  // With tied weights a file may hold the decoder's bias alone.
  const bias = wants('decoder.bias') ? ((decoder && biasOf(decoder)) ?? only(vectors)) : undefined;

  const pairs = [
    ['encoder.weight', embedding],
    ['decoder.weight', decoder],
    ['decoder.bias', bias],
    ['projection.weight', projection],
  ] as const;
  return pairs.flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : []));
}

/**
 * The matrix (embedding columns, layer columns) beside which all others are as wide as the embedding, as tied weights are. A decoder of a
 * vocabulary of that size looks the same, unless there are two others.
 */
function projectionAmong(matrices: readonly ReadTensor[], { inputSize, hiddenSize }: RecurrentSizes): ReadTensor | undefined {
  if (inputSize === hiddenSize) return undefined;
  const found = only(matrices.filter(({ shape: [rows, columns] }) => rows === inputSize && columns === hiddenSize));
  const others = matrices.filter((matrix) => matrix !== found);
  const wide = others.every(({ shape: [, columns] }) => columns === inputSize);
  return wide && (others.length === 2 || others.some(({ shape: [rows] }) => rows !== inputSize)) ? found : undefined;
}

/** The one element of a list that has one. */
function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** `fc.weight` to `fc.bias`. */
export function sibling(name: string): string {
  return name.replace(/weight$/, 'bias');
}

/** The last module of a name: `embedding` of `decoder.embedding.weight`. */
function moduleName(name: string): string {
  return name.split('.').at(-2) ?? name;
}

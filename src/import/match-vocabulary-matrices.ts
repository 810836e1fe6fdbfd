import type { ReadTensor } from '../files/safetensors-content.js';

const decoderWords = /dec|out|head|lin|fc|proj|dense|classif|generator|h2o|logit|softmax|predict/i;
const embeddingWords = /enc|emb|wte|lookup|i2h|table/i;

/** Columns of the first layer's inputs and of the last layer's outputs. */
export interface RecurrentSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/**
 * Finds, among the tensors that are not recurrent, the embedding, the decoder and the projection between the layers and a tied decoder. The
 * projection is recognized by its shape. A matrix with a bias in the same module is the decoder, because an embedding has none; otherwise
 * names decide, and the remaining matrix is the embedding. In ambiguous cases none is chosen.
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
  // With tied weights a file may contain only the decoder's bias.
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
 * The matrix (embedding columns, layer columns) if all other matrices have as many columns as the embedding, as with tied weights. A
 * decoder for a vocabulary of that size has the same shape, unless there are two other matrices.
 */
function projectionAmong(matrices: readonly ReadTensor[], { inputSize, hiddenSize }: RecurrentSizes): ReadTensor | undefined {
  if (inputSize === hiddenSize) return undefined;
  const found = only(matrices.filter(({ shape: [rows, columns] }) => rows === inputSize && columns === hiddenSize));
  const others = matrices.filter((matrix) => matrix !== found);
  const wide = others.every(({ shape: [, columns] }) => columns === inputSize);
  return wide && (others.length === 2 || others.some(({ shape: [rows] }) => rows !== inputSize)) ? found : undefined;
}

/** The element of a list with exactly one. */
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

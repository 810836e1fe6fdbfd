import type { ReadTensor } from '../files/safetensors-reader.js';

const decoderWords = /dec|out|head|lin|fc|proj|dense|classif|generator|h2o|logit|softmax|predict/i;
const embeddingWords = /enc|emb|wte|lookup|i2h|table/i;

/**
 * The embedding and the decoder among the tensors that are not recurrent. A matrix that has a bias beside it is the decoder, since an
 * embedding has none; otherwise names decide, and what is left is the embedding. Where that is not clear, none is taken.
 *
 * @param missing which of `encoder.weight`, `decoder.weight` and `decoder.bias` to look for
 * @returns pairs of our names and their tensors
 */
export function matchVocabularyMatrices(tensors: readonly ReadTensor[], missing: readonly string[]): [string, ReadTensor][] {
  const wants = (name: string) => missing.includes(name);
  const matrices = tensors.filter(({ shape }) => shape.length === 2);
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
  ] as const;
  return pairs.flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : []));
}

/** The one element of a list that has one. */
function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

/** `fc.weight` to `fc.bias`. */
function sibling(name: string): string {
  return name.replace(/weight$/, 'bias');
}

/** The last module of a name: `embedding` of `decoder.embedding.weight`. */
function moduleName(name: string): string {
  return name.split('.').at(-2) ?? name;
}

import { type NearToken, tokenVectors } from '../../evaluate/nearest-tokens.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { readModel } from '../../run/open-model.js';
import { quoteToken } from '../../text/code-points.js';
import { standardOutput } from '../../ui/output.js';
import { reportSection } from '../shared/report-lines.js';
import { tokenFinder, tokenName } from './find-token.js';
import { type MatrixName, matrixEntry } from './matrices.js';

interface NeighboursRequest {
  /** Path of a model file, a checkpoint or a run directory. */
  readonly model: string;
  readonly words: readonly string[];
  /** The number of tokens to list for each word. */
  readonly count: number;
  /** Whether the words are A, B and C of an analogy. */
  readonly analogy: boolean;
  readonly matrix: MatrixName;
  readonly json: boolean;
}

/**
 * Lists the tokens nearest to each word, or to B - A + C. Nothing in the model's file is trusted.
 *
 * @throws UserError `model` when the file is not a model, `data` for a word that is not a token, `usage` for a matrix that it does not have
 */
export async function listNeighbours({ model, words, count, analogy, matrix, json }: NeighboursRequest): Promise<void> {
  const { table, parameters, tokenizer } = readModel(model);
  const rows = parameters.get(matrixEntry(table, matrix).name)!;
  const vectors = tokenVectors(rows, tokenizer.vocabulary.size);
  const ids = words.map(tokenFinder(tokenizer));
  const name = (id: number) => tokenName(tokenizer, id);
  const [a, b, c] = ids as [number, number, number];
  const lists = analogy
    ? [{ heading: `${quoted(name(b))} - ${quoted(name(a))} + ${quoted(name(c))}`, near: vectors.analogous(a, b, c, count) }]
    : ids.map((id) => ({ heading: quoted(name(id)), near: vectors.nearest(id, count) }));
  const facts = (near: readonly NearToken[]) => near.map(({ id, similarity }) => ({ token: name(id), id, similarity }));
  const document = analogy
    ? { matrix, analogy: ids.map(name), nearest: facts(lists[0]!.near) }
    : { matrix, words: lists.map(({ near }, i) => ({ word: name(ids[i]!), id: ids[i], nearest: facts(near) })) };
  const lines = (near: readonly NearToken[]) =>
    near.map(({ id, similarity }) => `${similarity.toFixed(4).padStart(9)}  ${quoted(name(id))}`);
  await (json
    ? standardOutput.write(`${terminalSafeJson(document)}\n`)
    : standardOutput.line(lists.map(({ heading, near }) => reportSection(heading, lines(near))).join('\n\n')));
}

/** In quotes, without the code point that messages add to a character. */
const quoted = (token: string) => quoteToken(token).replace(/ \(U\+\w+\)$/, '');

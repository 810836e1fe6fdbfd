import type { z } from 'zod';
import { keyPathsEndingIn } from './key-paths.js';
import { nearest } from './nearest.js';
import type { Problem } from './problems.js';
import { mapWithType } from './schema/values.js';
import { showValue } from './show-value.js';
import { find, locate, type Tree } from './tree.js';

/**
 * The most unknown keys for which a suggestion is searched, which takes a search of the whole schema. No more problems than that are shown.
 */
const maximumGuesses = 20;

/** Problems that the schema finds in a config, in words: what was found, what is allowed, what may have been meant. */
export function schemaProblems(tree: Tree, issues: readonly z.core.$ZodIssue[]): Problem[] {
  let guesses = 0;
  return issues
    .flatMap((issue) => meantVariant(tree, issue))
    .flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => unknownKey(tree, issue.path, key, issue.message, guesses++ < maximumGuesses));
      const found = find(tree, issue.path);
      const path = issue.path.join('.');
      if (found === undefined)
        return { position: locate(tree, issue.path), path, text: `is missing; allowed: ${issue.message}` };
      if (path === '')
        return { position: found.position, path, text: `a config is ${issue.message}; found ${showTree(found)}` };
      const word = found.kind === 'scalar' && typeof found.value === 'string' ? found.value : undefined;
      const guess = word === undefined ? '' : guessOf(word, issue.message);
      const text = `is ${showTree(found)}${guess}; allowed: ${issue.message}`;
      return { position: found.position, path, text };
    });
}

/**
 * Where one value or a map or list is allowed and a map or list was found: the problems within it, by the last matching variant of the
 * schema.
 */
function meantVariant(tree: Tree, issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  const found = find(tree, issue.path)?.kind;
  const last = issue.code === 'invalid_union' ? issue.errors.at(-1) : undefined;
  const isMeant = found === 'map' || (found === 'list' && last?.some(({ path }) => path.length > 0));
  const inner = isMeant ? last : undefined;
  return inner?.map((part) => ({ ...part, path: [...issue.path, ...part.path] })) ?? [issue];
}

function unknownKey(tree: Tree, parent: readonly PropertyKey[], key: string, known: string, guesses: boolean): Problem {
  const path = [...parent, key];
  const type = find(tree, [...parent, 'type']);
  const variant = type?.kind === 'scalar' ? ` when ${[...parent, 'type'].join('.')} is ${showValue(type.value)}` : '';
  const elsewhere = () => keyPathsEndingIn(key).find((other) => other !== path.join('.'));
  const meant = guesses ? (nearest(key, known.split(', ')) ?? elsewhere()) : undefined;
  const text = `is not a key${variant}${didYouMean(meant)}; known here: ${known}`;
  return { position: locate(tree, path, 'key'), path: path.join('.'), text };
}

/** What was probably meant by a word, of what is allowed instead. */
function guessOf(word: string, allowed: string): string {
  if (allowed.startsWith(mapWithType)) {
    const type = nearest(word, allowed.slice(mapWithType.length).split(', '));
    return didYouMean(type && `{ type: ${type} }`);
  }
  const meant = nearest(word, allowed.split(', '));
  // A word that is only allowed within a map must not be suggested as such.
  return meant === word ? '' : didYouMean(meant);
}

function didYouMean(meant: string | undefined): string {
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

function showTree(tree: Tree): string {
  return tree.kind === 'scalar' ? showValue(tree.value) : `a ${tree.kind}`;
}

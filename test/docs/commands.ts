import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export const exists = (path: string) => existsSync(join(root, path));

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export const readPage = (path: string): Page => ({ path, text: readFileSync(join(root, path), 'utf8') });

/** A code block of a page: its language, and what stands behind it in the fence, which readers do not see. */
export interface Block {
  readonly language: string;
  readonly note: string;
  readonly text: string;
}

export function blocksOf({ text }: Page): Block[] {
  const blocks = text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language = '', note = '', content = '']) => ({ language, note, text: content }));
}

/** The contents of the code blocks of one language. */
export function codeBlocks(page: Page, language: string): string[] {
  return blocksOf(page).flatMap((block) => (block.language === language ? [block.text] : []));
}

/** The commands of a page's shell blocks, each as its words; what is joined by && is several commands. */
export function commandsOf(page: Page): string[][] {
  return codeBlocks(page, 'sh')
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .flatMap((line) => line.split('&&'))
    .map((command) => wordsOf(command))
    .filter((words) => words.length > 0);
}

/** The words of a command as a shell would pass them on; a redirection is not one of them. */
function wordsOf(command: string): string[] {
  const words = command.replace(/\s>\s*\S+/g, '').match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) => word.replace(/^"(.*)"$/, '$1'));
}

/** Where a page's links lead within the project, from its root; addresses on the web are not among them. */
export function linksOf({ path, text }: Page): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(path, '..', target));
}

/** Files and folders of the project that a page names in backticks; NAME stands for one that a reader would write. */
export function filesNamedIn({ text }: Page): string[] {
  return [...text.matchAll(/`((?:src|test|configs|corpora|bench|docs|bin)\/[\w./-]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('NAME'));
}

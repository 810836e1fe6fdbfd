import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expandHome } from '../../files/home-folder.js';

/**
 * The path that a user typed, or dragged into the terminal: terminals then quote the path, put a backslash before each special character,
 * or write a file: address. A file with exactly the typed name takes precedence.
 */
export function typedPath(typed: string): string {
  if (existsSync(typed)) return typed;
  if (/^file:\/\//i.test(typed)) return pathOfAddress(typed);
  return expandHome(process.platform === 'win32' ? withoutQuotes(typed) : (unquoted(typed) ?? typed));
}

function pathOfAddress(address: string): string {
  try {
    return fileURLToPath(address);
  } catch {
    return address;
  }
}

const withoutQuotes = (text: string) => /^"(.*)"$/.exec(text)?.[1] ?? text;

/** A word of a POSIX shell without its quotes and backslashes, which may contain spaces; undefined when a quote is not closed. */
function unquoted(text: string): string | undefined {
  const parts = text.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\])/gsu);
  let [read, plain] = [0, ''];
  for (const [part, single, double, escaped, other] of parts) {
    read += part.length;
    plain += single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? other!;
  }
  return read === text.length ? plain : undefined;
}

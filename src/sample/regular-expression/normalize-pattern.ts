/** Escapes, classes, and between them characters that stand for themselves. */
const parts = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|\[(?:\\.|[^\]\\])*\]|[^\\^$.|?*+()[\]{}]+/gsu;

/** A letter with its marks; \r\n is one, too. */
const clusters = /\r\n|\P{M}\p{M}*|\p{M}+/gsu;

/**
 * A regular expression for texts that are normalised: the characters in it that stand for themselves are changed as those of a text are.
 * A letter with its accents, or a ligature, that is repeated is repeated as a whole. Escapes such as \u0065 stay as they are.
 *
 * @param normalize what is done to texts
 */
export function normalizePattern(pattern: string, normalize: (text: string) => string): string {
  return pattern.replace(parts, (part, at: number) => {
    if (part.startsWith('\\')) return part;
    if (part.startsWith('[')) return normalizeClass(part, normalize);
    const isRepeated = /[*+?{]/.test(pattern[at + part.length] ?? '');
    const last = isRepeated ? part.match(clusters)!.at(-1)! : '';
    const rest = escaped(normalize(part.slice(0, part.length - last.length)));
    const repeated = normalize(last);
    return rest + (Array.from(repeated).length > 1 ? `(?:${escaped(repeated)})` : escaped(repeated));
  });
}

/** A member that becomes several characters stays: no normalised text has it. */
function normalizeClass(part: string, normalize: (text: string) => string): string {
  const members = part.slice(1, -1).replace(/\\.|\r\n|[^\\\p{M}]\p{M}*/gsu, (member) => {
    if (member.startsWith('\\')) return member;
    const changed = normalize(member);
    return changed === member || Array.from(changed).length > 1 ? member : changed.replace(/[\]\\^-]/, '\\$&');
  });
  return `[${members}]`;
}

/** Characters that a normalization may make, NFKC for example of full-width ones, and that would mean something else here. */
const escaped = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/** Escapes, classes, and runs of literal characters between them. */
const parts = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|\[(?:\\.|[^\]\\])*\]|[^\\^$.|?*+()[\]{}]+/gsu;

/** A letter with its combining marks; \r\n also counts as one. */
const clusters = /\r\n|\P{M}\p{M}*|\p{M}+/gsu;

/**
 * A regular expression for texts that are normalized: its literal characters are normalized like those of a text. A repeated letter with
 * its accents, or a repeated ligature, is repeated as a whole. Escapes such as \u0065 do not change.
 *
 * @param normalize the normalization of the texts
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

/** A member that would become several characters is not changed: no normalized text contains it. */
function normalizeClass(part: string, normalize: (text: string) => string): string {
  const members = part.slice(1, -1).replace(/\\.|\r\n|[^\\\p{M}]\p{M}*/gsu, (member) => {
    if (member.startsWith('\\')) return member;
    const changed = normalize(member);
    return changed === member || Array.from(changed).length > 1 ? member : changed.replace(/[\]\\^-]/, '\\$&');
  });
  return `[${members}]`;
}

/** Escapes special characters that a normalization can produce, for example NFKC from full-width ones. */
const escaped = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

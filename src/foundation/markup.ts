import { terminalSafe } from './terminal-safe.js';

/** HTML that is written as it is. Only {@link markup} makes it, from the project's own templates. */
export class Markup {
  private constructor(readonly html: string) {}

  /** @param parts our own HTML, never a text from a file */
  static ofTemplate(parts: readonly string[], values: readonly MarkupValue[]): Markup {
    return new Markup(parts.map((part, i) => part + (i < values.length ? htmlOf(values[i]!) : '')).join(''));
  }
}

export type MarkupValue = string | number | Markup | readonly MarkupValue[];

/** A template of HTML. Texts in it are escaped, also in quoted attributes; lists are joined. */
export const markup = (parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup =>
  Markup.ofTemplate(parts, values);

function htmlOf(value: MarkupValue): string {
  if (value instanceof Markup) return value.html;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? escapedHtml(value) : value.map(htmlOf).join('');
}

/**
 * A text for HTML, outside and inside of quoted attributes. Characters that HTML does not allow, such as NUL, and those that change the
 * direction of the text around them are shown by number.
 */
export function escapedHtml(text: string): string {
  return terminalSafe(text).replace(/[&<>"'`\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

import { createHash } from 'node:crypto';
import { Markup, markup } from '../foundation/markup.js';

interface HtmlPage {
  readonly title: string;
  readonly style: string;
  readonly script: string;
  /** Sources of scripts that the policy allows besides the page's own, such as `'wasm-unsafe-eval'`. */
  readonly scriptSources?: readonly string[];
  /** Further directives of the policy, such as `worker-src blob:`. */
  readonly directives?: readonly string[];
  /** The icon, as SVG. A page with an address needs one: browsers ask its server for another, which its policy forbids. */
  readonly icon?: string;
  readonly body: Markup;
  /** What the script reads: JSON in the element `page-data`. */
  readonly data: object;
}

/**
 * One HTML file that needs no other. Its content security policy allows its own script and style, by their digests, and nothing else but
 * what is listed: no other script, no request.
 */
export function htmlPage(page: HtmlPage): string {
  const { title, style, script, icon, body, data } = page;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(page)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${icon === undefined ? '' : markup`<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">\n`}<style>${verbatim(style)}</style>
</head>
<body>
${body}<script type="application/json" id="page-data">${json(data)}</script>
<script>${verbatim(script)}</script>
</body>
</html>
`.html;
}

/** The content security policy of a page, for its own element and for a header. */
export function policyOf({
  script,
  style,
  scriptSources = [],
  directives = [],
  icon,
}: Pick<HtmlPage, 'script' | 'style' | 'scriptSources' | 'directives' | 'icon'>): string {
  return [
    "default-src 'none'",
    ['script-src', digest(script), ...scriptSources].join(' '),
    `style-src ${digest(style)}`,
    ...(icon === undefined ? [] : ['img-src data:']),
    ...directives,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** A text that is written as it is, because it is ours, or was escaped. */
export const verbatim = (text: string): Markup => Markup.ofTemplate([text], []);

/** JSON for a script element, which would end at the text `</script` also within a string. */
function json(data: object): Markup {
  return verbatim(JSON.stringify(data).replace(/[<>\u2028\u2029]/g, (character) => `\\u${hex(character)}`));
}

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');

const digest = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

import { describe, expect, it } from 'vitest';
import { escapedHtml, markup } from '../../src/foundation/markup.js';

describe('markup', () => {
  it.each([
    ['<script>alert(1)</script>', '&#60;script&#62;alert(1)&#60;/script&#62;'],
    [`" onclick='x' \``, '&#34; onclick=&#39;x&#39; &#96;'],
    ['&lt;', '&#38;lt;'],
    ['a\0b', 'a\\u{0}b'],
    ['\u202eabc', '\\u{202e}abc'],
    ['\ud800', '\\u{d800}'],
    ['\r\n', '&#13;\n'],
  ])('escapes %j in texts and attributes', (text, expected) => {
    expect(escapedHtml(text)).toBe(expected);
    expect(markup`<a title="${text}">${text}</a>`.html).toBe(`<a title="${expected}">${expected}</a>`);
  });

  it('writes numbers, lists, and its own results as they are', () => {
    const items = ['<', 'b'].map((text) => markup`<li>${text}</li>`);
    expect(markup`<ul>${items}</ul>${3}`.html).toBe('<ul><li>&#60;</li><li>b</li></ul>3');
  });
});

import { describe, expect, it } from 'vitest';
import { blockMarkup } from '../../../src/report/html/block-markup.js';

describe('blockMarkup', () => {
  it('shows the lines of a program, of which nothing is interpreted', () => {
    const block = { type: 'code', language: 'python', text: 'print("<b>")\n# &amp;' } as const;
    expect(blockMarkup(block).html).toBe('<pre><code>print(&#34;&#60;b&#62;&#34;)\n# &#38;amp;</code></pre>\n');
  });
});

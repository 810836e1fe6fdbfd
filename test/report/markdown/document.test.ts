import { describe, expect, it } from 'vitest';
import type { ReportBlock } from '../../../src/report/blocks.js';
import { escapedMarkdown, markdownOf } from '../../../src/report/markdown/document.js';

const textOf = (...blocks: ReportBlock[]) => markdownOf('Title', [{ id: 'part', title: 'Part', blocks }], 'pictures').text;

describe('text in Markdown', () => {
  it.each([
    ['<script>alert(1)</script>', '\\<script\\>alert\\(1\\)\\</script\\>'],
    ['[a](http://b) ![c](d)', '\\[a\\]\\(http\\://b\\) \\!\\[c\\]\\(d\\)'],
    ['# not a heading\n- nor a list', '\\# not a heading - nor a list'],
    ['- nor this', '\\- nor this'],
    ['1. nor this', '1\\. nor this'],
    ['2.07', '2.07'],
    ['a | b', 'a \\| b'],
    ['`c` *d* _e_ &amp;', '\\`c\\` \\*d\\* \\_e\\_ \\&amp;'],
    ['\u202ea\0', '\\\\u\\{202e\\}a\\\\u\\{0\\}'],
  ])('is escaped: %j', (text, expected) => {
    expect(escapedMarkdown(text)).toBe(expected);
  });

  it('of a model is in a block of code that it cannot end', () => {
    const text = textOf({ type: 'quotation', label: 'After step 1', prompt: 'a', text: '\n````\n<b>' });
    expect(text).toContain('After step 1:\n\n`````text\na\n````\n<b>\n`````\n');
  });
});

it('a section in Markdown has its heading, tables, commands and pictures', () => {
  const { text, pictures } = markdownOf(
    'Two runs',
    [
      {
        id: 'part',
        title: 'Part',
        blocks: [
          {
            type: 'table',
            caption: 'Losses',
            columns: [{ heading: 'run' }, { heading: 'loss', isNumber: true }],
            rows: [['a', '1.5']],
          },
          { type: 'commands', commands: [['textloom sample a', 'write text']] },
          {
            type: 'folded',
            title: 'More',
            isOpen: false,
            blocks: [
              {
                type: 'heat-text',
                label: 'A <text>',
                pieces: [{ text: 'x&\n', value: 1 }],
                unit: 'bits',
                lowest: 0,
                step: 1,
                decimals: 1,
              },
            ],
          },
        ],
      },
    ],
    'my pictures',
  );
  expect(text).toBe(`# Two runs

## Part

Losses:

| run | loss |
| --- | --: |
| a | 1.5 |

\`\`\`sh
textloom sample a  # write text
\`\`\`

### More

A \\<text\\>

![A \\<text\\>](my%20pictures/part-2-0.svg)
`);
  const svg = pictures.get('part-2-0.svg')!;
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('<title>A &#60;text&#62;</title>');
  expect(svg).toContain('>&#38;</text>');
});

import { createHash } from 'node:crypto';
import { expect } from 'vitest';

/** The page allows its own script and style, and nothing else; nothing in it refers to another file. */
export function expectClosedPage(page: string): void {
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)![1]!.replaceAll('&#39;', "'");
  const digestOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const contentsOf = (start: string, end: string) => {
    const begin = page.lastIndexOf(start) + start.length;
    return page.slice(begin, page.indexOf(end, begin));
  };
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${digestOf(contentsOf('<script>', '</script>'))}`,
    `style-src ${digestOf(contentsOf('<style>', '</style>'))}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page.match(/<script[ >]/g)).toHaveLength(2);
  const elements = page.replace(/<script>[\s\S]*?<\/script>/, '').replace(/"[^"]*"/g, '""');
  expect(/<[^>]*\s(src|srcset|style|on\w+)=|@import|url\(/.exec(elements)?.[0]).toBeUndefined();
  expect(page.match(/href="[^#][^"]*"/g)).toBeNull();
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HtmlRewriter, rewriteUrl } from './rewrite-links.ts';

const rules = { prefix: '/p/proxy', hosts: ['10.0.0.1:80', 'api:6443'] };

test.each([
  ['/x', '/p/proxy/x'],
  ['/', '/p/proxy/'],
  ['x/y', 'x/y'],
  ['../x', '../x'],
  ['#top', '#top'],
  ['', ''],
  ['mailto:a@b', 'mailto:a@b'],
  ['/p/proxy/x', '/p/proxy/x'],
  ['/p/proxyx', '/p/proxy/p/proxyx'],
  ['http://10.0.0.1:80/x?y', '/p/proxy/x?y'],
  ['//api:6443', '/p/proxy/'],
  ['https://API:6443/x', '/p/proxy/x'],
  ['http://elsewhere/x', 'http://elsewhere/x'],
])('the link %j becomes %j', (link, expected) => {
  expect(rewriteUrl(link, rules)).toBe(expected);
});

function rewrite(page: Buffer, cuts: number[] = []): Buffer {
  const rewriter = new HtmlRewriter(rules);
  const at = [0, ...cuts.map((cut) => cut % (page.length + 1)).sort((a, b) => a - b), page.length];
  const pieces = at.slice(1).map((end, i) => rewriter.push(page.subarray(at[i], end)));
  return Buffer.concat([...pieces, rewriter.flush()]);
}

const fragment = fc.constantFrom(
  '<a href="/x">',
  '<img src=/y alt="a > b">',
  "<form action='/z'>",
  '<script>if (a < b) "<a href=/no>"</script>',
  '<!-- <a href="/no"> -->',
  '</a>',
  'text < more',
  'ä€\u0000',
  '<p>',
  '<a title="/no" data-href="/no">',
);

test('however a page is cut, it is rewritten the same', () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 10 }), (parts, cuts) => {
      const page = Buffer.from(parts.join(''));
      expect(rewrite(page, cuts).toString()).toBe(rewrite(page).toString());
      expect(rewrite(page).toString()).not.toContain('/p/proxy/no');
    }),
  );
});

test('bytes without links go through as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 4 }), (bytes, cuts) => {
      fc.pre(!Buffer.from(bytes).includes('='));
      expect(rewrite(Buffer.from(bytes), cuts).equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test('a tag without an end is neither held for ever nor lost', () => {
  const page = Buffer.from(`<a ${'x'.repeat(200_000)}`);
  const rewriter = new HtmlRewriter(rules);
  expect(rewriter.push(page).length).toBe(page.length);
});

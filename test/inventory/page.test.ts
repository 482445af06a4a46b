// The page: one file that loads nothing, in which no text of a server is markup.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_START, renderPage } from '../../src/inventory/page.ts';
import { entry, found, inventoryOf } from './reports.ts';

/** The tags, and what is between them. */
function partsOf(page: string) {
  const tags = page.match(/<[^>]*>/g) ?? [];
  return { tags, names: tags.map(tag => /^<\/?!?([\w-]*)/.exec(tag)?.[1] ?? '') };
}

const harmless = async (name: string, description: string) =>
  renderPage(
    inventoryOf([
      await found(entry({ name, file: name, command: name, args: [] }), { [name]: description }),
    ]),
  );

test('it loads nothing and runs nothing', async () => {
  const page = await harmless('files', 'Reads.');
  expect(page.startsWith(PAGE_START)).toBe(true);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|\shref=|@import|url\(|\son\w+=/i);
});

test('tags are closed in their order', async () => {
  const open: string[] = [];
  const page = (await harmless('files', 'Reads.')).replace(/<style>.*<\/style>/s, '');
  for (const tag of partsOf(page.slice(PAGE_START.length)).tags) {
    const name = /^<\/?(\w+)/.exec(tag)?.[1] ?? '';
    if (name === 'meta') continue;
    if (tag.startsWith('</')) expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
});

test.each([
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</code></p></article><h1>fine</h1>',
  '</style><script>',
  '&lt;b&gt;',
  '`${',
])('%s is text', async text => {
  const usual = partsOf(await harmless('files', 'Reads.'));
  const page = await harmless(text, text);
  // Names may be classified otherwise: another chip, not another kind of tag.
  expect(new Set(partsOf(page).names)).toEqual(new Set(usual.names));
  expect(page).not.toContain(text);
});

test('whatever the text: the same kinds of tags, and no control or bidi character', async () => {
  const usual = new Set(partsOf(await harmless('files', 'Reads.')).names);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async text => {
      const page = await harmless(text, `x${text}`);
      expect(partsOf(page).names.filter(name => !usual.has(name))).toEqual([]);
      expect(page.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
    { numRuns: 100 },
  );
});

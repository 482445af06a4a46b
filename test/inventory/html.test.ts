// Whatever is put into markup is text, in an attribute too.
import { expect, test } from 'vitest';
import { html } from '../../src/inventory/html.ts';

test('what is put in is escaped, markup of ours is not', () => {
  const text = `<b>&"'\``;
  const escaped = '&#60;b&#62;&#38;&#34;&#39;&#96;';
  expect(html`<p title="${text}">${text}</p>`.markup).toBe(`<p title="${escaped}">${escaped}</p>`);
  expect(html`<p>${html`<b>${1}</b>`}${[html`<i></i>`, html`<u></u>`]}</p>`.markup).toBe(
    '<p><b>1</b><i></i><u></u></p>',
  );
});

test('what is only like markup is text', () => {
  const like = JSON.parse('{"markup": "<script>"}');
  expect(html`${like as string}${[like]}`.markup).not.toContain('<script>');
});

test('what turns or hides text is seen', () => {
  expect(html`${'a\u202eb\u200bc'}`.markup).toBe('a\\u202eb\\u200bc');
});

import { expect, test } from 'vitest';
import { html } from '../../../../src/report/page/html.js';

test('texts are escaped, for text and for attributes; markup and lists of it are not', () => {
  const evil = `<script>"&'`;
  const escaped = '&#60;script&#62;&#34;&#38;&#39;';
  expect(html`<b title="${evil}">${evil}</b>`.text).toBe(`<b title="${escaped}">${escaped}</b>`);
  expect(html`${[html`<i>${1}</i>`, 'a<b', undefined]}`.text).toBe('<i>1</i>a&#60;b');
});
